package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.vm.HelperFixture;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChecksumHelpersTest {

    private final HelperFixture fixture = new HelperFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private long difference(final byte[] from, final byte[] to, final long seed) {
        return Called.helper(
                fixture,
                "csum_diff",
                from.length == 0 ? 0 : fixture.take(from),
                from.length,
                to.length == 0 ? 0 : fixture.take(to),
                to.length,
                seed);
    }

    /** The sum in ones' complement of 16-bit words, little-endian, modulo 65535; 0 only if all that is added is 0. */
    private static long model(final byte[] from, final byte[] to, final long seed) {
        final long sum = words(to) + (seed & 0xffff) + (seed >>> 16) - words(from);
        final long rest = Math.floorMod(sum, 65535L);
        final boolean nothing = sum == 0 && words(to) == 0 && seed == 0 && from.length == 0;
        return rest == 0 && !nothing ? 65535 : rest;
    }

    private static long words(final byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xffL) << (8 * (i & 1));
        }
        return sum;
    }

    @Test
    void sumsAnIpHeaderToItsChecksum() {
        // The header of RFC 1071's usual example: its checksum is b861.
        final byte[] header = HexFormat.of().parseHex("45000073000040004011" + "0000" + "c0a80001c0a800c7");

        final long sum = difference(new byte[0], header, 0);

        assertThat(Integer.toHexString(Short.reverseBytes((short) ~sum) & 0xffff))
                .isEqualTo("b861");
    }

    @Test
    void replacesAFieldInAChecksum() {
        final byte[] before = HexFormat.of().parseHex("4500007300004000" + "40110000" + "c0a80001c0a800c7");
        final byte[] after = HexFormat.of().parseHex("4500007300004000" + "40110000" + "0a000001c0a800c7");

        final long whole = difference(new byte[0], before, 0);
        final long changed =
                difference(HexFormat.of().parseHex("c0a80001"), HexFormat.of().parseHex("0a000001"), whole);

        assertThat(changed).isEqualTo(difference(new byte[0], after, 0));
    }

    @Test
    void answersTheSeedForNothing() {
        assertThat(difference(new byte[0], new byte[0], 0)).isZero();
        assertThat(difference(new byte[0], new byte[0], 0x12345678)).isEqualTo(0x1234 + 0x5678);
        assertThat(difference(new byte[0], new byte[0], 0xffff0001L)).isEqualTo(1);
    }

    @Test
    void agreesWithANaiveSum() {
        final Random random = new Random(42);
        for (int i = 0; i < 300; i++) {
            final byte[] from = new byte[4 * random.nextInt(5)];
            final byte[] to = new byte[4 * random.nextInt(5)];
            random.nextBytes(from);
            random.nextBytes(to);
            final long seed = random.nextInt(3) == 0 ? 0 : random.nextInt() & 0xffff_ffffL;

            assertThat(difference(from, to, seed))
                    .as("from=%d to=%d seed=%x", from.length, to.length, seed)
                    .isEqualTo(model(from, to, seed));
        }
    }

    /** What Linux 6.18 on x86-64 answered. */
    @Test
    void answersAsTheKernelDid() {
        final byte[] a = HexFormat.of().parseHex("04030201" + "fcfdfeff" + "78563412" + "f0debc9a");
        final byte[] a8 = Arrays.copyOf(a, 8);
        final byte[] zero = new byte[16];
        final byte[] ones = HexFormat.of().parseHex("ffffffffffffffff");
        final byte[] none = new byte[0];

        assertThat(difference(none, a, 0)).isEqualTo(58459);
        assertThat(difference(a, none, 0)).isEqualTo(7076);
        assertThat(difference(a, a, 0)).isEqualTo(65535);
        assertThat(difference(a8, a, 0x12345678)).isEqualTo(19206);
        assertThat(difference(zero, zero, 0)).isEqualTo(65535);
        assertThat(difference(none, zero, 0)).isZero();
        assertThat(difference(zero, none, 0)).isZero();
        assertThat(difference(ones, none, 0)).isZero();
        assertThat(difference(none, ones, 0)).isEqualTo(65535);
        assertThat(difference(ones, ones, 0)).isEqualTo(65535);
        assertThat(difference(Arrays.copyOf(zero, 8), ones, 0)).isEqualTo(65535);
        assertThat(difference(ones, Arrays.copyOf(zero, 8), 0)).isZero();
        assertThat(difference(none, a, 0xffff_ffffL)).isEqualTo(58459);
    }

    /** Linux 6.18 takes sizes that are no multiple of 4, which older ones refuse. */
    @Test
    void takesSizesThatAreNoMultipleOfFour() {
        final byte[] a = HexFormat.of().parseHex("04030201" + "fcfdfe");

        assertThat(difference(new byte[0], Arrays.copyOf(a, 3), 0)).isEqualTo(774);
        assertThat(difference(new byte[0], Arrays.copyOf(a, 5), 7)).isEqualTo(1289);
        assertThat(difference(a, Arrays.copyOf(a, 2), 0xffff_ffffL)).isEqualTo(3);
    }
}
