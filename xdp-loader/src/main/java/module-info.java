/** The object model: instructions, object files, type information, and what an engine offers. */
module io.xdp4j.xdploader {
    requires static transitive org.jspecify;
    requires transitive io.xdp4j.ringio;

    exports io.xdp4j.bpf;
    exports io.xdp4j.bpf.asm;
    exports io.xdp4j.bpf.btf;
    exports io.xdp4j.bpf.elf;
    exports io.xdp4j.bpf.format;
    exports io.xdp4j.bpf.insn;
}
