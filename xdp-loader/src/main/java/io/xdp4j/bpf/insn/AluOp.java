package io.xdp4j.bpf.insn;

/** Arithmetic of the form {@code dst op= source}. */
public enum AluOp {
    ADD(Opcode.ADD, "+="),
    SUB(Opcode.SUB, "-="),
    MUL(Opcode.MUL, "*="),
    /** Unsigned; division by zero gives zero. */
    DIV(Opcode.DIV, "/="),
    OR(Opcode.OR, "|="),
    AND(Opcode.AND, "&="),
    /** The shift count is taken modulo the width. */
    LSH(Opcode.LSH, "<<="),
    RSH(Opcode.RSH, ">>="),
    /** Unsigned; modulo by zero leaves the destination as it is (its upper half cleared, where 32 bits wide). */
    MOD(Opcode.MOD, "%="),
    XOR(Opcode.XOR, "^="),
    ARSH(Opcode.ARSH, "s>>="),
    /** Signed, truncating; the least number divided by -1 is itself. */
    SDIV(Opcode.DIV, "s/="),
    /** Signed, truncating: the result has the dividend's sign; the least number modulo -1 is zero. */
    SMOD(Opcode.MOD, "s%=");

    private final int code;
    private final String symbol;

    AluOp(final int code, final String symbol) {
        this.code = code;
        this.symbol = symbol;
    }

    static AluOp of(final int opcode, final boolean signed) {
        return switch (opcode & Opcode.OPERATION_MASK) {
            case Opcode.ADD -> ADD;
            case Opcode.SUB -> SUB;
            case Opcode.MUL -> MUL;
            case Opcode.DIV -> signed ? SDIV : DIV;
            case Opcode.OR -> OR;
            case Opcode.AND -> AND;
            case Opcode.LSH -> LSH;
            case Opcode.RSH -> RSH;
            case Opcode.MOD -> signed ? SMOD : MOD;
            case Opcode.XOR -> XOR;
            case Opcode.ARSH -> ARSH;
            default -> throw new IllegalArgumentException("not an arithmetic opcode: opcode=" + opcode);
        };
    }

    int code() {
        return code;
    }

    /** Whether the instruction's offset field is 1. */
    public boolean signed() {
        return this == SDIV || this == SMOD;
    }

    /** As assembly writes it: {@code +=}, {@code s>>=}. */
    public String symbol() {
        return symbol;
    }
}
