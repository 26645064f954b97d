package io.xdp4j.verifier;

/** What a register can hold; the names are those of the kernel's {@code enum bpf_reg_type}, Linux 6.18. */
enum RegType {
    NOT_INIT("?", "nothing"),
    SCALAR("scalar", "a number"),
    CTX("ctx", "the context"),
    PACKET("pkt", "a packet pointer"),
    PACKET_META("pkt_meta", "a packet metadata pointer"),
    PACKET_END("pkt_end", "the end of the packet"),
    MAP("map_ptr", "a map"),
    MAP_KEY("map_key", "a pointer to a map's key"),
    MAP_VALUE("map_value", "a pointer to a map's value"),
    STACK("fp", "a stack pointer"),
    MEM("mem", "a pointer to memory"),
    FUNC("func", "a function"),
    /** A socket or another object of the kernel's: it can only be passed on. */
    OBJECT("ptr", "a pointer to a kernel object"),
    /** A dynptr that a callback was given; or, in a stack slot, a dynptr itself. */
    DYNPTR("dynptr", "a dynptr"),
    /** In a stack slot: an iterator. */
    ITERATOR("iter", "an iterator");

    final String label;
    final String words;

    RegType(final String label, final String words) {
        this.label = label;
        this.words = words;
    }
}
