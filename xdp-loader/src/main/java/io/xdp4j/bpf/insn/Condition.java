package io.xdp4j.bpf.insn;

/** What a conditional jump compares. */
public enum Condition {
    EQ(Opcode.JEQ, "=="),
    NE(Opcode.JNE, "!="),
    /** Unsigned, as are GE, LT and LE. */
    GT(Opcode.JGT, ">"),
    GE(Opcode.JGE, ">="),
    LT(Opcode.JLT, "<"),
    LE(Opcode.JLE, "<="),
    /** Signed, as are SGE, SLT and SLE. */
    SGT(Opcode.JSGT, "s>"),
    SGE(Opcode.JSGE, "s>="),
    SLT(Opcode.JSLT, "s<"),
    SLE(Opcode.JSLE, "s<="),
    /** Any bit set in both. */
    SET(Opcode.JSET, "&");

    private final int code;
    private final String symbol;

    Condition(final int code, final String symbol) {
        this.code = code;
        this.symbol = symbol;
    }

    static Condition of(final int opcode) {
        return switch (opcode & Opcode.OPERATION_MASK) {
            case Opcode.JEQ -> EQ;
            case Opcode.JNE -> NE;
            case Opcode.JGT -> GT;
            case Opcode.JGE -> GE;
            case Opcode.JLT -> LT;
            case Opcode.JLE -> LE;
            case Opcode.JSGT -> SGT;
            case Opcode.JSGE -> SGE;
            case Opcode.JSLT -> SLT;
            case Opcode.JSLE -> SLE;
            case Opcode.JSET -> SET;
            default -> throw new IllegalArgumentException("not a conditional jump: opcode=" + opcode);
        };
    }

    int code() {
        return code;
    }

    /** Whether the operands are compared as signed numbers. */
    public boolean signed() {
        return this == SGT || this == SGE || this == SLT || this == SLE;
    }

    /** As assembly writes it: {@code s>=}. */
    public String symbol() {
        return symbol;
    }
}
