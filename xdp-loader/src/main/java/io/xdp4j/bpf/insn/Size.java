package io.xdp4j.bpf.insn;

/** How much memory a load or store moves. */
public enum Size {
    B(Opcode.SIZE_B, 1),
    H(Opcode.SIZE_H, 2),
    W(Opcode.SIZE_W, 4),
    DW(Opcode.SIZE_DW, 8);

    private final int code;
    private final int bytes;

    Size(final int code, final int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    static Size of(final int opcode) {
        return switch (opcode & Opcode.SIZE_MASK) {
            case Opcode.SIZE_B -> B;
            case Opcode.SIZE_H -> H;
            case Opcode.SIZE_W -> W;
            default -> DW;
        };
    }

    int code() {
        return code;
    }

    /** 1, 2, 4 or 8. */
    public int bytes() {
        return bytes;
    }

    /** 8, 16, 32 or 64. */
    public int bits() {
        return bytes * 8;
    }
}
