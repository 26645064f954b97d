/** The eBPF machine: maps, interpreter, helpers; the engine that runs programs in the JVM. */
module io.xdp4j.jitnative {
    requires static transitive org.jspecify;
    requires transitive io.xdp4j.xdploader;

    exports io.xdp4j.engine;
    exports io.xdp4j.map;
    exports io.xdp4j.verifier;
    exports io.xdp4j.vm;
    exports io.xdp4j.vm.helper;
}
