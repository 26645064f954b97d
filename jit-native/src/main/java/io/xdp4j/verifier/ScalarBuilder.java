package io.xdp4j.verifier;

import org.jspecify.annotations.Nullable;

/**
 * Gathers what is known of a number and brings every part to bear on the others. Each call narrows what was known.
 *
 * <p>Source: {@code reg_bounds_sync()} and what it calls, {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class ScalarBuilder {

    private static final long LOW = Scalar.LOW;

    private long value;
    private long mask = -1;
    private long smin = Long.MIN_VALUE;
    private long smax = Long.MAX_VALUE;
    private long umin;
    private long umax = -1;
    private long s32min = Integer.MIN_VALUE;
    private long s32max = Integer.MAX_VALUE;
    private long u32min;
    private long u32max = LOW;
    private boolean empty;

    ScalarBuilder() {}

    ScalarBuilder(final Scalar from) {
        value = from.bits.value();
        mask = from.bits.mask();
        smin = from.smin;
        smax = from.smax;
        umin = from.umin;
        umax = from.umax;
        s32min = from.s32min;
        s32max = from.s32max;
        u32min = from.u32min;
        u32max = from.u32max;
    }

    ScalarBuilder bits(final Tnum bits) {
        intersect(bits.value(), bits.mask());
        return this;
    }

    private void intersect(final long otherValue, final long otherMask) {
        if (((value ^ otherValue) & ~(mask | otherMask)) != 0) {
            empty = true;
            return;
        }
        final long mu = mask & otherMask;
        value = (value | otherValue) & ~mu;
        mask = mu;
    }

    /** Knows that the number lies in a signed range. */
    ScalarBuilder signed(final long min, final long max) {
        smin = Math.max(smin, min);
        smax = Math.min(smax, max);
        return this;
    }

    /** Knows that the number lies in an unsigned range. */
    ScalarBuilder unsigned(final long min, final long max) {
        umin = Scalar.maxUnsigned(umin, min);
        umax = Scalar.minUnsigned(umax, max);
        return this;
    }

    /** Knows that the lower 32 bits lie in a signed range. */
    ScalarBuilder signed32(final long min, final long max) {
        s32min = Math.max(s32min, min);
        s32max = Math.min(s32max, max);
        return this;
    }

    private void low(final int min, final int max) {
        s32min = Math.max(s32min, min);
        s32max = Math.min(s32max, max);
    }

    /** Knows that the lower 32 bits lie in an unsigned range. */
    ScalarBuilder unsigned32(final long min, final long max) {
        u32min = Math.max(u32min, min);
        u32max = Math.min(u32max, max);
        return this;
    }

    ScalarBuilder low(final long signedMin, final long signedMax, final long unsignedMin, final long unsignedMax) {
        return signed32(signedMin, signedMax).unsigned32(unsignedMin, unsignedMax);
    }

    /** What follows from all; null if no number fits. */
    @Nullable
    Scalar build() {
        fromBits();
        deduce();
        deduce();
        toBits();
        fromBits();
        deduce();
        if (empty || smin > smax || Long.compareUnsigned(umin, umax) > 0 || s32min > s32max || u32min > u32max) {
            return null;
        }
        if (umin == umax && mask != 0) {
            return Scalar.constant(umin);
        }
        return new Scalar(new Tnum(value, mask), smin, smax, umin, umax, s32min, s32max, u32min, u32max);
    }

    private void fromBits() {
        signed(value | (mask & Long.MIN_VALUE), value | (mask & Long.MAX_VALUE));
        unsigned(value, value | mask);
        final int lowValue = (int) value;
        final int lowMask = (int) mask;
        signed32(lowValue | (lowMask & Integer.MIN_VALUE), lowValue | (lowMask & Integer.MAX_VALUE));
        unsigned32(lowValue & LOW, (lowValue | lowMask) & LOW);
    }

    private void deduce() {
        lowFromWhole();
        lowFromLow();
        wholeFromWhole();
        wholeFromLow();
    }

    private void lowFromWhole() {
        if (umin >>> 32 == umax >>> 32) {
            unsigned32(umin & LOW, umax & LOW);
            if ((int) umin <= (int) umax) {
                low((int) umin, (int) umax);
            }
        }
        if (smin >> 32 == smax >> 32) {
            if ((smin & LOW) <= (smax & LOW)) {
                unsigned32(smin & LOW, smax & LOW);
            }
            if ((int) smin <= (int) smax) {
                low((int) smin, (int) smax);
            }
        }
        // two neighbouring upper halves: the lower one runs through 0xffffffff to 0, which is a signed range
        if (((umin >>> 32) + 1 & LOW) == umax >>> 32 && (int) umin < 0 && (int) umax >= 0) {
            low((int) umin, (int) umax);
        }
        if ((int) ((smin >> 32) + 1) == (int) (smax >> 32) && (int) smin < 0 && (int) smax >= 0) {
            low((int) smin, (int) smax);
        }
    }

    private void lowFromLow() {
        if ((int) u32min <= (int) u32max) {
            low((int) u32min, (int) u32max);
        }
        if ((s32min & LOW) <= (s32max & LOW)) {
            unsigned32(s32min & LOW, s32max & LOW);
        }
    }

    private void wholeFromWhole() {
        if (umin <= umax) {
            signed(umin, umax);
        }
        if (Long.compareUnsigned(smin, smax) <= 0) {
            unsigned(smin, smax);
        } else if (Long.compareUnsigned(umax, smin) < 0) {
            // only the part that is not negative is left
            smin = Math.max(smin, umin);
            umax = Scalar.minUnsigned(umax, smax);
        } else if (Long.compareUnsigned(smax, umin) < 0) {
            // only the negative part is left
            smax = Math.min(smax, umax);
            umin = Scalar.maxUnsigned(umin, smin);
        }
    }

    private void wholeFromLow() {
        unsigned((umin & ~LOW) | u32min, (umax & ~LOW) | u32max);
        signed((smin & ~LOW) | u32min, (smax & ~LOW) | u32max);
        if (smin >= Integer.MIN_VALUE && smax <= Integer.MAX_VALUE) {
            signed(s32min, s32max);
        }
    }

    private void toBits() {
        if (Long.compareUnsigned(umin, umax) > 0 || u32min > u32max) {
            empty = true;
            return;
        }
        final Tnum whole = Tnum.range(umin, umax);
        intersect(whole.value(), whole.mask());
        final Tnum low = Tnum.range(u32min, u32max);
        intersect(low.value() & LOW, low.mask() | ~LOW);
    }
}
