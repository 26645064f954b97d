package io.xdp4j.bpf.insn;

/**
 * The parts that an opcode byte is made of, and the values that stand in other fields.
 *
 * <p>Arithmetic and jumps: {@code operation (4 bits) | source (1 bit) | class (3 bits)}. Loads and stores: {@code mode (3
 * bits) | size (2 bits) | class (3 bits)}. Source: RFC 9669, sections 3 to 5; {@code include/uapi/linux/bpf.h}, Linux
 * 6.18, for what came after.
 */
public final class Opcode {

    // classes: bits 0..2
    public static final int CLASS_LD = 0x00;
    public static final int CLASS_LDX = 0x01;
    public static final int CLASS_ST = 0x02;
    public static final int CLASS_STX = 0x03;
    public static final int CLASS_ALU = 0x04;
    public static final int CLASS_JMP = 0x05;
    public static final int CLASS_JMP32 = 0x06;
    public static final int CLASS_ALU64 = 0x07;
    public static final int CLASS_MASK = 0x07;

    // source: bit 3
    public static final int SOURCE_K = 0x00;
    public static final int SOURCE_X = 0x08;

    // arithmetic: bits 4..7
    public static final int ADD = 0x00;
    public static final int SUB = 0x10;
    public static final int MUL = 0x20;
    /** Unsigned; signed where the offset field is 1. */
    public static final int DIV = 0x30;

    public static final int OR = 0x40;
    public static final int AND = 0x50;
    public static final int LSH = 0x60;
    public static final int RSH = 0x70;
    public static final int NEG = 0x80;
    /** Unsigned; signed where the offset field is 1. */
    public static final int MOD = 0x90;

    public static final int XOR = 0xa0;
    /** Sign-extending where the offset field is 8, 16 or 32. */
    public static final int MOV = 0xb0;

    public static final int ARSH = 0xc0;
    /** Class ALU: to little (source K) or big (source X) endian; class ALU64: unconditional swap. */
    public static final int END = 0xd0;

    // jumps: bits 4..7
    /** Class JMP jumps by the offset field, class JMP32 by the immediate. */
    public static final int JA = 0x00;

    public static final int JEQ = 0x10;
    public static final int JGT = 0x20;
    public static final int JGE = 0x30;
    public static final int JSET = 0x40;
    public static final int JNE = 0x50;
    public static final int JSGT = 0x60;
    public static final int JSGE = 0x70;
    public static final int CALL = 0x80;
    public static final int EXIT = 0x90;
    public static final int JLT = 0xa0;
    public static final int JLE = 0xb0;
    public static final int JSLT = 0xc0;
    public static final int JSLE = 0xd0;
    /** May-goto: the kernel's bounded-loop jump. */
    public static final int JCOND = 0xe0;

    public static final int OPERATION_MASK = 0xf0;

    // sizes: bits 3..4
    public static final int SIZE_W = 0x00;
    public static final int SIZE_H = 0x08;
    public static final int SIZE_B = 0x10;
    public static final int SIZE_DW = 0x18;
    public static final int SIZE_MASK = 0x18;

    // modes: bits 5..7
    public static final int MODE_IMM = 0x00;
    /** Legacy packet load, absolute: refused by name. */
    public static final int MODE_ABS = 0x20;
    /** Legacy packet load, indirect: refused by name. */
    public static final int MODE_IND = 0x40;

    public static final int MODE_MEM = 0x60;
    public static final int MODE_MEMSX = 0x80;
    public static final int MODE_ATOMIC = 0xc0;
    public static final int MODE_MASK = 0xe0;

    /** 64-bit immediate load: two slots. */
    public static final int LD_IMM64 = CLASS_LD | SIZE_DW | MODE_IMM;

    // atomic operations: in the immediate
    public static final int ATOMIC_FETCH = 0x01;
    public static final int ATOMIC_ADD = ADD;
    public static final int ATOMIC_OR = OR;
    public static final int ATOMIC_AND = AND;
    public static final int ATOMIC_XOR = XOR;
    public static final int ATOMIC_XCHG = 0xe0 | ATOMIC_FETCH;
    public static final int ATOMIC_CMPXCHG = 0xf0 | ATOMIC_FETCH;
    public static final int ATOMIC_LOAD_ACQUIRE = 0x100;
    public static final int ATOMIC_STORE_RELEASE = 0x110;

    // what the source register field of LD_IMM64 says
    public static final int PSEUDO_MAP_FD = 1;
    public static final int PSEUDO_MAP_VALUE = 2;
    public static final int PSEUDO_BTF_ID = 3;
    public static final int PSEUDO_FUNC = 4;
    public static final int PSEUDO_MAP_IDX = 5;
    public static final int PSEUDO_MAP_IDX_VALUE = 6;

    // what the source register field of CALL says
    public static final int CALL_HELPER = 0;
    public static final int CALL_SUBPROGRAM = 1;
    public static final int CALL_KFUNC = 2;

    /** The immediate of CALL with source X: call through the destination register. */
    public static final int CALLX = CLASS_JMP | SOURCE_X | CALL;

    private Opcode() {}

    /** Bytes that a load or store of this opcode moves. */
    public static int sizeInBytes(final int opcode) {
        return switch (opcode & SIZE_MASK) {
            case SIZE_B -> 1;
            case SIZE_H -> 2;
            case SIZE_W -> 4;
            default -> 8;
        };
    }
}
