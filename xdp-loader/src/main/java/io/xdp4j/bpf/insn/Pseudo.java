package io.xdp4j.bpf.insn;

/** What a 64-bit immediate load means by its number; the ordinal is the source register field (RFC 9669, section 5.4). */
public enum Pseudo {
    /** The number itself. */
    NUMBER,
    /** The map of a file descriptor; the upper half is 0. */
    MAP_FD,
    /** A byte of the first value of a file descriptor's map; the upper half is the offset, unsigned. */
    MAP_VALUE,
    /** A kernel variable by BTF id; the upper half is the file descriptor of a module's BTF, or 0. */
    BTF_ID,
    /** The address of a function: slots from the one after this instruction's first. */
    FUNCTION,
    /** As {@link #MAP_FD}, by index into the program's list of maps. */
    MAP_INDEX,
    /** As {@link #MAP_VALUE}, by index into the program's list of maps. */
    MAP_INDEX_VALUE;

    private static final Pseudo[] VALUES = values();

    static final int COUNT = VALUES.length;

    static Pseudo of(final int src) {
        return VALUES[src];
    }

    /** Whether the upper half is reserved, so zero. */
    public boolean upperHalfReserved() {
        return this == MAP_FD || this == FUNCTION || this == MAP_INDEX;
    }
}
