package io.xdp4j.verifier;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a 64-bit number: its bits, and the ranges of it and of its lower 32 bits, signed and unsigned. Every
 * one of them has been brought to bear on the others. Immutable; never empty.
 *
 * <p>32-bit bounds are held as {@code long}: unsigned ones from 0 to 2^32 - 1. Source: {@code reg_bounds_sync()} in {@code
 * kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Scalar {

    static final long LOW = 0xffff_ffffL;

    private static final long S32_MIN = Integer.MIN_VALUE;
    private static final long S32_MAX = Integer.MAX_VALUE;

    static final Scalar UNKNOWN =
            new Scalar(Tnum.UNKNOWN, Long.MIN_VALUE, Long.MAX_VALUE, 0, -1, S32_MIN, S32_MAX, 0, LOW);
    static final Scalar ZERO = constant(0);
    private static final Scalar[] UNSIGNED = {unsigned(0, 0xff), unsigned(0, 0xffff), unsigned(0, LOW)};

    final Tnum bits;
    final long smin;
    final long smax;
    /** Unsigned. */
    final long umin;
    /** Unsigned. */
    final long umax;

    final long s32min;
    final long s32max;
    final long u32min;
    final long u32max;

    Scalar(
            final Tnum bits,
            final long smin,
            final long smax,
            final long umin,
            final long umax,
            final long s32min,
            final long s32max,
            final long u32min,
            final long u32max) {
        this.bits = bits;
        this.smin = smin;
        this.smax = smax;
        this.umin = umin;
        this.umax = umax;
        this.s32min = s32min;
        this.s32max = s32max;
        this.u32min = u32min;
        this.u32max = u32max;
    }

    static Scalar constant(final long number) {
        final long low = number & LOW;
        return new Scalar(Tnum.constant(number), number, number, number, number, (int) number, (int) number, low, low);
    }

    /** All numbers from {@code min} to {@code max}, unsigned; {@code min <= max}. */
    static Scalar unsigned(final long min, final long max) {
        return orUnknown(new ScalarBuilder().unsigned(min, max).build());
    }

    /** All numbers from {@code min} to {@code max}, signed; {@code min <= max}. */
    static Scalar signed(final long min, final long max) {
        return orUnknown(new ScalarBuilder().signed(min, max).build());
    }

    /** A number of which only the bits are known. */
    static Scalar ofBits(final Tnum bits) {
        return orUnknown(new ScalarBuilder().bits(bits).build());
    }

    /** What an unsigned load of {@code size} bytes can give. */
    static Scalar ofSize(final int size) {
        return switch (size) {
            case 1 -> UNSIGNED[0];
            case 2 -> UNSIGNED[1];
            case 4 -> UNSIGNED[2];
            default -> UNKNOWN;
        };
    }

    static Scalar orUnknown(final @Nullable Scalar scalar) {
        return scalar == null ? UNKNOWN : scalar;
    }

    boolean isConstant() {
        return bits.mask() == 0;
    }

    boolean isConstant(final long number) {
        return bits.mask() == 0 && bits.value() == number;
    }

    /** The number, if {@link #isConstant()}. */
    long value() {
        return bits.value();
    }

    boolean isUnknown() {
        return bits.mask() == -1
                && smin == Long.MIN_VALUE
                && smax == Long.MAX_VALUE
                && umin == 0
                && umax == -1
                && s32min == S32_MIN
                && s32max == S32_MAX
                && u32min == 0
                && u32max == LOW;
    }

    /** Whether every number of {@code other} is one of this. */
    boolean includes(final Scalar other) {
        return this == other
                || (bits.includes(other.bits)
                        && smin <= other.smin
                        && smax >= other.smax
                        && Long.compareUnsigned(umin, other.umin) <= 0
                        && Long.compareUnsigned(umax, other.umax) >= 0
                        && s32min <= other.s32min
                        && s32max >= other.s32max
                        && u32min <= other.u32min
                        && u32max >= other.u32max);
    }

    /** Whether the number may be this one. */
    boolean includes(final long number) {
        final int low = (int) number;
        return bits.includes(number)
                && smin <= number
                && smax >= number
                && Long.compareUnsigned(umin, number) <= 0
                && Long.compareUnsigned(umax, number) >= 0
                && s32min <= low
                && s32max >= low
                && u32min <= (low & LOW)
                && u32max >= (low & LOW);
    }

    boolean same(final Scalar other) {
        return this == other || (includes(other) && other.includes(this));
    }

    /** What holds of numbers of either. */
    Scalar join(final Scalar other) {
        if (this == other) {
            return this;
        }
        return new Scalar(
                bits.join(other.bits),
                Math.min(smin, other.smin),
                Math.max(smax, other.smax),
                minUnsigned(umin, other.umin),
                maxUnsigned(umax, other.umax),
                Math.min(s32min, other.s32min),
                Math.max(s32max, other.s32max),
                Math.min(u32min, other.u32min),
                Math.max(u32max, other.u32max));
    }

    /** The lower 32 bits, the upper ones 0. */
    Scalar zeroExtend32() {
        if (Long.compareUnsigned(umax, LOW) <= 0) {
            return this;
        }
        return orUnknown(new ScalarBuilder()
                .bits(bits.low())
                .unsigned(u32min, u32max)
                .low(s32min, s32max, u32min, u32max)
                .build());
    }

    /** The lower {@code size} bytes, as an unsigned load of a spilled number gives. */
    Scalar truncate(final int size) {
        if (size == 8) {
            return this;
        }
        if (size == 4) {
            return zeroExtend32();
        }
        final long max = (1L << (size * 8)) - 1;
        if (Long.compareUnsigned(umax, max) <= 0) {
            return this;
        }
        return ofBits(new Tnum(bits.value() & max, bits.mask() & max));
    }

    /** The lower {@code size} bytes, sign-extended to 64 bits. */
    Scalar signExtend(final int size) {
        if (size == 8) {
            return this;
        }
        final int shift = 64 - size * 8;
        final long min = Long.MIN_VALUE >> shift;
        if (smin >= min && smax <= ~min) {
            return this;
        }
        final ScalarBuilder made = new ScalarBuilder().signed(min, ~min);
        made.bits(new Tnum(
                (bits.value() << shift >> shift) & ~(bits.mask() << shift >> shift), bits.mask() << shift >> shift));
        if (size == 4) {
            made.signed(s32min, s32max);
        }
        return orUnknown(made.build());
    }

    /** How many of the lower bytes may differ from 0: the width that a spill has to keep. */
    boolean fits(final int size) {
        return size == 8 || Long.compareUnsigned(umax, (1L << (size * 8)) - 1) <= 0;
    }

    static long minUnsigned(final long a, final long b) {
        return Long.compareUnsigned(a, b) <= 0 ? a : b;
    }

    static long maxUnsigned(final long a, final long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }

    /** As in the kernel's log: {@code 5}, or the bounds that say something: {@code umax=255,var_off=(0x0; 0xff)}. */
    @Override
    public String toString() {
        if (isConstant()) {
            return Long.toString(bits.value());
        }
        final StringBuilder text = new StringBuilder();
        if (smin != Long.MIN_VALUE && !(smin == umin && smin >= 0 && umin == 0)) {
            text.append(",smin=").append(smin);
        }
        if (smax != Long.MAX_VALUE && smax != umax) {
            text.append(",smax=").append(smax);
        }
        if (umin != 0 && umin != smin) {
            text.append(",umin=").append(Long.toUnsignedString(umin));
        }
        if (umax != -1) {
            text.append(",umax=").append(Long.toUnsignedString(umax));
        }
        lowBounds(text);
        if (bits.mask() != -1) {
            text.append(",var_off=(0x")
                    .append(Long.toHexString(bits.value()))
                    .append("; 0x")
                    .append(Long.toHexString(bits.mask()))
                    .append(')');
        }
        return text.isEmpty() ? "" : text.substring(1);
    }

    private void lowBounds(final StringBuilder text) {
        if (s32min != S32_MIN && s32min != smin && s32min != u32min) {
            text.append(",smin32=").append(s32min);
        }
        if (s32max != S32_MAX && s32max != smax && s32max != u32max) {
            text.append(",smax32=").append(s32max);
        }
        if (u32min != 0 && u32min != umin) {
            text.append(",umin32=").append(u32min);
        }
        if (u32max != LOW && u32max != umax) {
            text.append(",umax32=").append(u32max);
        }
    }
}
