package io.xdp4j.bpf.elf;

/**
 * A place in a section that depends on a symbol; what is added to the symbol's value stands at the place itself.
 *
 * @param offset bytes from the start of the section that it applies to
 * @param symbol index of the symbol
 * @param type one of {@link #R_BPF_64_64} …
 */
public record Relocation(long offset, int symbol, int type) {

    /** A two-slot load of an address. */
    public static final int R_BPF_64_64 = 1;

    /** A 64-bit word. */
    public static final int R_BPF_64_ABS64 = 2;

    /** A 32-bit word. */
    public static final int R_BPF_64_ABS32 = 3;

    /** A 32-bit word in type information. */
    public static final int R_BPF_64_NODYLD32 = 4;

    /** A call. */
    public static final int R_BPF_64_32 = 10;
}
