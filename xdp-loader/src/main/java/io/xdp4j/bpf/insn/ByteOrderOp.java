package io.xdp4j.bpf.insn;

/** What a byte swap converts. On a little-endian machine LITTLE only truncates, and BIG and SWAP do the same. */
public enum ByteOrderOp {
    /** Between host order and little endian. */
    LITTLE("le"),
    /** Between host order and big endian. */
    BIG("be"),
    /** Swaps on any host. */
    SWAP("bswap");

    private final String word;

    ByteOrderOp(final String word) {
        this.word = word;
    }

    /** As assembly writes it, before the number of bits. */
    public String word() {
        return word;
    }
}
