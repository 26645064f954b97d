package io.xdp4j.verifier;

/**
 * A number of which some bits are known: bits set in {@code mask} are unknown, all others are those of {@code value}.
 *
 * <p>Source: {@code kernel/bpf/tnum.c}, Linux 6.18; "Sound, Precise, and Fast Abstract Interpretation with Tristate
 * Numbers", CGO 2022, for multiplication.
 *
 * @param value the known bits; 0 where unknown
 * @param mask the unknown bits
 */
record Tnum(long value, long mask) {

    static final Tnum UNKNOWN = new Tnum(0, -1);

    static Tnum constant(final long number) {
        return new Tnum(number, 0);
    }

    /** The smallest tnum around an unsigned range. */
    static Tnum range(final long min, final long max) {
        final int bits = 64 - Long.numberOfLeadingZeros(min ^ max);
        if (bits > 63) {
            return UNKNOWN;
        }
        final long delta = (1L << bits) - 1;
        return new Tnum(min & ~delta, delta);
    }

    boolean isConstant() {
        return mask == 0;
    }

    Tnum add(final Tnum other) {
        final long sm = mask + other.mask;
        final long sv = value + other.value;
        final long sigma = sm + sv;
        final long mu = (sigma ^ sv) | mask | other.mask;
        return new Tnum(sv & ~mu, mu);
    }

    Tnum subtract(final Tnum other) {
        final long dv = value - other.value;
        final long mu = ((dv + mask) ^ (dv - other.mask)) | mask | other.mask;
        return new Tnum(dv & ~mu, mu);
    }

    Tnum and(final Tnum other) {
        final long v = value & other.value;
        return new Tnum(v, (value | mask) & (other.value | other.mask) & ~v);
    }

    Tnum or(final Tnum other) {
        final long v = value | other.value;
        return new Tnum(v, (mask | other.mask) & ~v);
    }

    Tnum xor(final Tnum other) {
        final long mu = mask | other.mask;
        return new Tnum((value ^ other.value) & ~mu, mu);
    }

    Tnum multiply(final Tnum other) {
        Tnum a = this;
        Tnum b = other;
        Tnum sum = constant(0);
        final long known = value * other.value;
        while (a.value != 0 || a.mask != 0) {
            if ((a.value & 1) != 0) {
                sum = sum.add(new Tnum(0, b.mask));
            } else if ((a.mask & 1) != 0) {
                sum = sum.add(new Tnum(0, b.value | b.mask));
            }
            a = a.shiftRight(1);
            b = b.shiftLeft(1);
        }
        return constant(known).add(sum);
    }

    Tnum shiftLeft(final int bits) {
        return new Tnum(value << bits, mask << bits);
    }

    Tnum shiftRight(final int bits) {
        return new Tnum(value >>> bits, mask >>> bits);
    }

    Tnum shiftRightSigned(final int bits) {
        return new Tnum(value >> bits, mask >> bits);
    }

    /** The lower 32 bits, the upper ones known to be 0. */
    Tnum low() {
        return new Tnum(value & Scalar.LOW, mask & Scalar.LOW);
    }

    /** Whether no number is in both. */
    boolean contradicts(final Tnum other) {
        return ((value ^ other.value) & ~(mask | other.mask)) != 0;
    }

    /** What is known of a number that is in both; they do not contradict each other. */
    Tnum intersect(final Tnum other) {
        final long mu = mask & other.mask;
        return new Tnum((value | other.value) & ~mu, mu);
    }

    /** What holds of numbers of either. */
    Tnum join(final Tnum other) {
        final long mu = mask | other.mask | (value ^ other.value);
        return new Tnum(value & ~mu, mu);
    }

    /** Whether every number of {@code other} is one of this. */
    boolean includes(final Tnum other) {
        return (other.mask & ~mask) == 0 && value == (other.value & ~mask);
    }

    boolean includes(final long number) {
        return value == (number & ~mask);
    }
}
