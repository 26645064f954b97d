package io.xdp4j.verifier;

import org.jspecify.annotations.Nullable;

/**
 * What is known of eight bytes of stack. Immutable.
 *
 * @param kinds what each byte is; the byte at the lowest address is the lowest
 * @param reg the spilled register, the dynptr or the iterator; null if there is none
 */
record Slot(long kinds, @Nullable Reg reg) {

    /** Never written. */
    static final int INVALID = 0;
    /** Part of a spilled register. */
    static final int SPILL = 1;
    /** Any number. */
    static final int MISC = 2;
    /** Zero. */
    static final int ZERO = 3;

    static final int DYNPTR = 4;
    static final int ITERATOR = 5;

    private static final long EACH = 0x0101_0101_0101_0101L;

    static final Slot EMPTY = new Slot(0, null);
    static final Slot ALL_MISC = new Slot(MISC * EACH, null);

    /** A register spilled in full, or the lower {@code size} bytes of a number; what was beyond them stays. */
    static Slot spill(final Reg reg, final int size, final Slot before) {
        if (size == 8) {
            return new Slot(SPILL * EACH, reg);
        }
        final long spilled = (1L << (size * 8)) - 1;
        return new Slot((before.withoutSpill().kinds & ~spilled) | (SPILL * EACH & spilled), reg);
    }

    static Slot special(final int kind, final Reg reg) {
        return new Slot(kind * EACH, reg);
    }

    int kind(final int at) {
        return (int) (kinds >>> (at * 8)) & 0xff;
    }

    /** Whether a register was spilled here, as a whole or in its lower bytes. */
    boolean isSpill() {
        return kind(0) == SPILL;
    }

    boolean isSpecial() {
        return kind(0) >= DYNPTR;
    }

    /** How many bytes, from the lowest, are spilled. */
    int spillSize() {
        int size = 0;
        while (size < 8 && kind(size) == SPILL) {
            size++;
        }
        return size;
    }

    /** The register that was spilled as a whole; null if there is none. */
    @Nullable
    Reg whole() {
        return kinds == SPILL * EACH ? reg : null;
    }

    /** The spilled register has become what its bytes are worth alone: numbers. */
    Slot withoutSpill() {
        if (!isSpill()) {
            return isSpecial() ? ALL_MISC : this;
        }
        long made = kinds;
        for (int at = 0; at < 8; at++) {
            if (kind(at) == SPILL) {
                made = put(made, at, MISC);
            }
        }
        return new Slot(made, null);
    }

    Slot with(final int at, final int kind) {
        return new Slot(put(withoutSpill().kinds, at, kind), null);
    }

    private static long put(final long kinds, final int at, final int kind) {
        return (kinds & ~(0xffL << (at * 8))) | ((long) kind << (at * 8));
    }

    /** The number that an 8-byte load gives as far as is known; null if it gives no number. */
    @Nullable
    Reg asScalar() {
        final Reg whole = whole();
        if (whole != null) {
            return whole.isScalar() ? whole : null;
        }
        if (kinds == ZERO * EACH) {
            return Reg.ZERO;
        }
        return kinds == MISC * EACH ? Reg.UNKNOWN : null;
    }

    boolean same(final Slot other) {
        if (kinds != other.kinds) {
            return false;
        }
        return reg == null ? other.reg == null : other.reg != null && reg.same(other.reg);
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        for (int at = 7; at >= 0; at--) {
            text.append("?rm0di".charAt(kind(at)));
        }
        return reg == null ? text.toString() : whole() == null && isSpill() ? text + ":" + reg : reg.toString();
    }
}
