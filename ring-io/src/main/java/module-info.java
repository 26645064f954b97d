/** Linux calls, mapped memory, packet buffers, rings and capture files. */
module io.xdp4j.ringio {
    requires static transitive org.jspecify;
    requires transitive org.agrona;

    exports io.xdp4j.capture;
    exports io.xdp4j.packet;
    exports io.xdp4j.ring;
    exports io.xdp4j.sys to
            io.xdp4j.xdploader,
            io.xdp4j.jitnative,
            io.xdp4j.dataplane;
}
