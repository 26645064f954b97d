package io.xdp4j.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TickScaleTest {

    private static final BigInteger BILLION = BigInteger.valueOf(1_000_000_000);

    /** The definition, in numbers without limits. */
    private static long exactly(final long ticks, final int resolution, final long offsetSeconds) {
        final BigInteger perSecond =
                BigInteger.valueOf((resolution & 0x80) != 0 ? 2 : 10).pow(resolution & 0x7f);
        final BigInteger ns =
                new BigInteger(Long.toUnsignedString(ticks)).multiply(BILLION).divide(perSecond);
        final BigInteger sum = ns.add(BigInteger.valueOf(offsetSeconds).multiply(BILLION));
        final boolean fits = ns.bitLength() < Long.SIZE && sum.bitLength() < Long.SIZE;
        return fits ? sum.longValueExact() : TickScale.OUT_OF_RANGE;
    }

    @Test
    void countsEveryResolutionExactly() {
        final Random random = new Random(1);
        for (int resolution = 0; resolution < 256; resolution++) {
            for (int i = 0; i < 200; i++) {
                final long ticks = random.nextLong() >>> random.nextInt(Long.SIZE);
                final long offset = i % 2 == 0 ? 0 : random.nextLong() >> (30 + random.nextInt(34));
                assertThat(TickScale.of(resolution, offset).toNs(ticks))
                        .as("ticks=%s resolution=%s offset=%s", ticks, resolution, offset)
                        .isEqualTo(exactly(ticks, resolution, offset));
            }
        }
    }

    @Test
    void refusesOffsetsThatDoNotFit() {
        assertThat(TickScale.of(6, Long.MAX_VALUE).toNs(0)).isEqualTo(TickScale.OUT_OF_RANGE);
        assertThat(TickScale.of(6, Long.MIN_VALUE).toNs(0)).isEqualTo(TickScale.OUT_OF_RANGE);
        assertThat(TickScale.of(6, 9_223_372_036L).toNs(854_775)).isEqualTo(Long.MAX_VALUE - 807);
        assertThat(TickScale.of(6, 9_223_372_036L).toNs(854_776)).isEqualTo(TickScale.OUT_OF_RANGE);
    }

    @Test
    void refusesTimesBeforeTheFirstThatFits() {
        assertThat(TickScale.of(9, -9_223_372_037L).toNs(145_224_193)).isEqualTo(Long.MIN_VALUE + 1);
        assertThat(TickScale.of(9, -9_223_372_037L).toNs(145_224_191)).isEqualTo(TickScale.OUT_OF_RANGE);
        assertThat(TickScale.of(9, -9_223_372_037L).toNs(0)).isEqualTo(TickScale.OUT_OF_RANGE);
        assertThat(TickScale.of(9, -9_223_372_038L).toNs(0)).isEqualTo(TickScale.OUT_OF_RANGE);
    }
}
