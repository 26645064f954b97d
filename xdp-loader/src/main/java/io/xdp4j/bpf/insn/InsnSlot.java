package io.xdp4j.bpf.insn;

/**
 * One 8-byte instruction slot, packed in a {@code long} as it lies in a little-endian object file.
 *
 * <pre>
 *   bits  0..7   opcode        bits 16..31  offset, signed
 *         8..11  dst                32..63  immediate, signed
 *        12..15  src
 * </pre>
 *
 * <p>A 64-bit immediate load takes two slots; the second has opcode 0 and the upper half in its immediate. Positions in
 * a program ({@code pc}) count slots. Source: RFC 9669, section 3.
 */
public final class InsnSlot {

    private InsnSlot() {}

    /** Packs the fields; {@code dst} and {@code src} are 0 to 15. */
    public static long of(final int opcode, final int dst, final int src, final int offset, final int imm) {
        return (opcode & 0xffL)
                | (dst & 0xfL) << 8
                | (src & 0xfL) << 12
                | (offset & 0xffffL) << 16
                | (imm & 0xffff_ffffL) << 32;
    }

    public static int opcode(final long slot) {
        return (int) slot & 0xff;
    }

    public static int dst(final long slot) {
        return (int) (slot >>> 8) & 0xf;
    }

    public static int src(final long slot) {
        return (int) (slot >>> 12) & 0xf;
    }

    /** The 16-bit field, sign-extended. */
    public static int offset(final long slot) {
        return (short) (slot >>> 16);
    }

    /** The 32-bit field, signed. */
    public static int imm(final long slot) {
        return (int) (slot >> 32);
    }

    /** The same slot with another immediate. */
    public static long withImm(final long slot, final int imm) {
        return (slot & 0xffff_ffffL) | (imm & 0xffff_ffffL) << 32;
    }

    /** The same slot with another 16-bit offset. */
    public static long withOffset(final long slot, final int offset) {
        return (slot & ~0xffff_0000L) | (offset & 0xffffL) << 16;
    }

    /** The same slot with another source register. */
    public static long withSrc(final long slot, final int src) {
        return (slot & ~0xf000L) | (src & 0xfL) << 12;
    }

    /** Whether this slot is the first of a two-slot 64-bit immediate load. */
    public static boolean isWide(final long slot) {
        return opcode(slot) == Opcode.LD_IMM64;
    }

    /** The 64-bit immediate that two slots hold. */
    public static long imm64(final long first, final long second) {
        return (first >>> 32) | (second & 0xffff_ffff_0000_0000L);
    }
}
