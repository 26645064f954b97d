package io.xdp4j.bpf.insn;

/** How many bits of its operands an arithmetic, jump or atomic instruction works on. */
public enum Width {
    /** The lower half of the registers, written {@code w0} to {@code w10}; a result is zero-extended to 64 bits. */
    W32,
    /** Whole registers, written {@code r0} to {@code r10}. */
    W64;

    /** 32 or 64. */
    public int bits() {
        return this == W32 ? 32 : 64;
    }

    /** The letter that register names of this width start with. */
    public char prefix() {
        return this == W32 ? 'w' : 'r';
    }
}
