package io.xdp4j.vm;

import io.xdp4j.bpf.insn.Opcode;

/**
 * What arithmetic and comparisons yield; pure. Division by zero yields 0 and modulo by zero the dividend; shifts use the
 * low 6 (5) bits of their count; signed division of the least number by -1 yields it again. Source: RFC 9669, sections 4.1
 * to 4.3.
 */
final class Arithmetic {

    private Arithmetic() {}

    /** A 64-bit operation; {@code offset} tells signed division and sign-extending moves from the plain ones. */
    static long alu64(final int opcode, final int offset, final long a, final long b) {
        return switch (opcode & Opcode.OPERATION_MASK) {
            case Opcode.ADD -> a + b;
            case Opcode.SUB -> a - b;
            case Opcode.MUL -> a * b;
            case Opcode.DIV -> b == 0 ? 0 : offset == 0 ? Long.divideUnsigned(a, b) : a / b;
            case Opcode.MOD -> b == 0 ? a : offset == 0 ? Long.remainderUnsigned(a, b) : a % b;
            case Opcode.OR -> a | b;
            case Opcode.AND -> a & b;
            case Opcode.XOR -> a ^ b;
            case Opcode.LSH -> a << b;
            case Opcode.RSH -> a >>> b;
            case Opcode.ARSH -> a >> b;
            case Opcode.NEG -> -a;
            default -> extend(offset, b);
        };
    }

    /** A 32-bit operation; the caller zero-extends. What the low halves alone decide is the 64-bit operation's. */
    static int alu32(final int opcode, final int offset, final int a, final int b) {
        return switch (opcode & Opcode.OPERATION_MASK) {
            case Opcode.DIV -> b == 0 ? 0 : offset == 0 ? Integer.divideUnsigned(a, b) : a / b;
            case Opcode.MOD -> b == 0 ? a : offset == 0 ? Integer.remainderUnsigned(a, b) : a % b;
            case Opcode.LSH -> a << b;
            case Opcode.RSH -> a >>> b;
            case Opcode.ARSH -> a >> b;
            default -> (int) alu64(opcode, offset, a, b);
        };
    }

    private static long extend(final int bits, final long value) {
        return switch (bits) {
            case 8 -> (byte) value;
            case 16 -> (short) value;
            case 32 -> (int) value;
            default -> value;
        };
    }

    /** Byte swaps: to little endian (a cut on a little-endian machine), to big endian, or unconditionally. */
    static long swap(final int opcode, final int bits, final long value) {
        final boolean cutOnly =
                (opcode & Opcode.CLASS_MASK) == Opcode.CLASS_ALU && (opcode & Opcode.SOURCE_X) == Opcode.SOURCE_K;
        return switch (bits) {
            case 16 -> (cutOnly ? (short) value : Short.reverseBytes((short) value)) & 0xffffL;
            case 32 -> (cutOnly ? (int) value : Integer.reverseBytes((int) value)) & 0xffff_ffffL;
            default -> cutOnly ? value : Long.reverseBytes(value);
        };
    }

    /** Whether a conditional jump is taken; 32-bit comparisons get sign-extended operands, see {@link #taken32}. */
    static boolean taken64(final int opcode, final long a, final long b) {
        return switch (opcode & Opcode.OPERATION_MASK) {
            case Opcode.JEQ -> a == b;
            case Opcode.JNE -> a != b;
            case Opcode.JGT -> Long.compareUnsigned(a, b) > 0;
            case Opcode.JGE -> Long.compareUnsigned(a, b) >= 0;
            case Opcode.JLT -> Long.compareUnsigned(a, b) < 0;
            case Opcode.JLE -> Long.compareUnsigned(a, b) <= 0;
            case Opcode.JSGT -> a > b;
            case Opcode.JSGE -> a >= b;
            case Opcode.JSLT -> a < b;
            case Opcode.JSLE -> a <= b;
            default -> (a & b) != 0;
        };
    }

    /** Sign extension keeps signed and unsigned order, equality and common bits, so the 64-bit rules serve. */
    static boolean taken32(final int opcode, final int a, final int b) {
        return taken64(opcode, a, b);
    }
}
