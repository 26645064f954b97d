package io.xdp4j.capture;

/**
 * How the timestamps of a pcapng interface count: the options {@code if_tsresol} and {@code if_tsoffset}
 * (draft-ietf-opsawg-pcapng, section 4.2).
 *
 * @param power ticks per second as a power of the base, 0 to 127
 * @param binary whether the base is 2 instead of 10
 * @param offsetSeconds seconds to add
 */
record TickScale(int power, boolean binary, long offsetSeconds) {

    /** Where the file names none: microseconds since the epoch. */
    static final TickScale MICROS = new TickScale(6, false, 0);

    /** What {@link #toNs} returns for a time that a {@code long} of nanoseconds cannot hold: before 1677 or after 2262. */
    static final long OUT_OF_RANGE = Long.MIN_VALUE;

    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int NS_POWER = 9;
    private static final int MAX_POWER_OF_TEN = 19;

    static TickScale of(final int resolution, final long offsetSeconds) {
        return new TickScale(resolution & 0x7f, (resolution & 0x80) != 0, offsetSeconds);
    }

    /**
     * Turns ticks into nanoseconds since the epoch, rounded down.
     *
     * @param ticks unsigned
     */
    long toNs(final long ticks) {
        final long ns = binary ? binaryToNs(ticks) : decimalToNs(ticks);
        if (ns < 0 || offsetSeconds == 0) {
            return ns < 0 ? OUT_OF_RANGE : ns;
        }
        // the sum in 128 bits: whether it fits is plain there
        final long low = offsetSeconds * NS_PER_SECOND;
        final long sum = ns + low;
        final long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        final long high = Math.multiplyHigh(offsetSeconds, NS_PER_SECOND) + carry;
        return high == sum >> (Long.SIZE - 1) ? sum : OUT_OF_RANGE;
    }

    private long decimalToNs(final long ticks) {
        if (power > NS_POWER) {
            final int excess = power - NS_POWER;
            return excess > MAX_POWER_OF_TEN ? 0 : Long.divideUnsigned(ticks, powerOfTen(excess));
        }
        final long factor = powerOfTen(NS_POWER - power);
        return Math.unsignedMultiplyHigh(ticks, factor) != 0 ? -1 : ticks * factor;
    }

    private long binaryToNs(final long ticks) {
        final long high = Math.unsignedMultiplyHigh(ticks, NS_PER_SECOND);
        final long low = ticks * NS_PER_SECOND;
        if (power >= Long.SIZE) {
            return high >>> (power - Long.SIZE);
        }
        if (power == 0) {
            return high != 0 ? -1 : low;
        }
        return high >>> power != 0 ? -1 : high << (Long.SIZE - power) | low >>> power;
    }

    private static long powerOfTen(final int exponent) {
        long value = 1;
        for (int i = 0; i < exponent; i++) {
            value *= 10;
        }
        return value;
    }
}
