package io.xdp4j.bpf.insn;

/** What an atomic instruction does to memory. */
public enum AtomicOp {
    ADD(Opcode.ATOMIC_ADD, "+=", "add"),
    OR(Opcode.ATOMIC_OR, "|=", "or"),
    AND(Opcode.ATOMIC_AND, "&=", "and"),
    XOR(Opcode.ATOMIC_XOR, "^=", "xor"),
    /** Exchanges memory and the source register; always fetches. */
    XCHG(Opcode.ATOMIC_XCHG, "=", "xchg"),
    /** Writes the source register if memory equals r0; r0 gets what memory held; always fetches. */
    CMPXCHG(Opcode.ATOMIC_CMPXCHG, "=", "cmpxchg");

    private final int code;
    private final String symbol;
    private final String word;

    AtomicOp(final int code, final String symbol, final String word) {
        this.code = code;
        this.symbol = symbol;
        this.word = word;
    }

    static AtomicOp of(final int imm) {
        return switch (imm & ~Opcode.ATOMIC_FETCH) {
            case Opcode.ATOMIC_ADD -> ADD;
            case Opcode.ATOMIC_OR -> OR;
            case Opcode.ATOMIC_AND -> AND;
            case Opcode.ATOMIC_XOR -> XOR;
            case Opcode.ATOMIC_XCHG & ~Opcode.ATOMIC_FETCH -> XCHG;
            case Opcode.ATOMIC_CMPXCHG & ~Opcode.ATOMIC_FETCH -> CMPXCHG;
            default -> throw new IllegalArgumentException("not an atomic operation: imm=" + imm);
        };
    }

    int code() {
        return code;
    }

    /** Whether the operation is defined only with fetch. */
    public boolean alwaysFetches() {
        return this == XCHG || this == CMPXCHG;
    }

    /** As assembly writes the form without fetch: {@code +=}. */
    public String symbol() {
        return symbol;
    }

    /** As assembly writes the form with fetch: {@code add}. */
    public String word() {
        return word;
    }
}
