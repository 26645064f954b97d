/** The dataplane and the {@code xdp4j} command. */
module io.xdp4j.dataplane {
    requires static transitive org.jspecify;
    requires transitive io.xdp4j.jitnative;
    requires info.picocli;
    requires tools.jackson.core;

    opens io.xdp4j.dataplane.cli to
            info.picocli;
}
