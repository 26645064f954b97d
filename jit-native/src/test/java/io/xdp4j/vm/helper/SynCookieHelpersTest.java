package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.HelperFixture;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SynCookieHelpersTest {

    private static final long MINUTE_NS = 60_000_000_000L;

    private final HelperFixture fixture = new HelperFixture();
    private final long ip4 = fixture.take(HexFormat.of().parseHex("450000340000400040060000c0a80001c0a800c7"));
    private final long ip6 = fixture.take(HexFormat.of()
            .parseHex("6000000000140640" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002"));

    @AfterEach
    void close() {
        fixture.close();
    }

    /** A SYN from port 1234 to port 80 with sequence number 1000 and those options. */
    private long syn(final String options) {
        final int length = 20 + options.length() / 2;
        final String offset = HexFormat.of().toHexDigits((byte) (length << 2));
        return fixture.take(HexFormat.of().parseHex("04d20050000003e800000000" + offset + "02ffff00000000" + options));
    }

    /** The ACK that answers the cookie. */
    private long ack(final long cookie) {
        final long tcp = fixture.take(HexFormat.of().parseHex("04d20050000003e9000000005010ffff00000000"));
        NativeMemory.putInt(tcp + 8, Integer.reverseBytes((int) cookie + 1));
        return tcp;
    }

    private long generate(final String options) {
        return Called.helper(fixture, "tcp_raw_gen_syncookie_ipv4", ip4, syn(options), 20 + options.length() / 2);
    }

    private long check(final long tcp) {
        return Called.helper(fixture, "tcp_raw_check_syncookie_ipv4", ip4, tcp);
    }

    @Test
    void answersOfASipHashVector() {
        // Key 00..0f, message 00..0f: vectors of the SipHash paper's authors, 2-4, 16 bytes.
        final long words = fixture.words(0x0706050403020100L);

        assertThat(SipHash.hash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L, words, 8, 0x0f0e0d0c0b0a0908L))
                .isEqualTo(0x3f2acc7f57c29bdbL);
    }

    @Test
    void acceptsItsOwnCookies() {
        final long cookie = generate("020405b4");

        assertThat(cookie >>> 32).isEqualTo(1460);
        assertThat(check(ack(cookie))).isZero();
    }

    @Test
    void picksTheGreatestMssThatIsNotAboveTheOption() {
        assertThat(generate("") >>> 32).isEqualTo(536);
        assertThat(generate("02040300") >>> 32).isEqualTo(536);
        assertThat(generate("0101020405140000") >>> 32).isEqualTo(1300);
        assertThat(generate("020405a0") >>> 32).isEqualTo(1440);
        assertThat(generate("0204ffff") >>> 32).isEqualTo(1460);
        assertThat(generate("0000020405b40000") >>> 32).isEqualTo(536);
        assertThat(generate("03ff0000020405b4") >>> 32).isEqualTo(536);
    }

    @Test
    void refusesAnotherNumberPortOrAddress() {
        final long cookie = generate("020405b4");

        assertThat(check(ack(cookie + 0x10000))).isEqualTo(Errno.EACCES.negative());
        final long otherPort = ack(cookie);
        NativeMemory.putShort(otherPort, (short) 0x1111);
        assertThat(check(otherPort)).isEqualTo(Errno.EACCES.negative());
        NativeMemory.putInt(ip4 + 12, 0x0100000a);
        assertThat(check(ack(cookie))).isEqualTo(Errno.EACCES.negative());
    }

    @Test
    void acceptsForTwoMinutesAtMost() {
        final long tcp = ack(generate("020405b4"));

        fixture.clock.advance(MINUTE_NS);
        assertThat(check(tcp)).isZero();
        fixture.clock.advance(MINUTE_NS);
        assertThat(check(tcp)).isEqualTo(Errno.EACCES.negative());
    }

    @Test
    void refusesAHeaderOfAnotherLength() {
        assertThat(Called.helper(fixture, "tcp_raw_gen_syncookie_ipv4", ip4, syn("020405b4"), 20))
                .isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.helper(fixture, "tcp_raw_gen_syncookie_ipv4", ip4, syn(""), 16))
                .isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void goesRoundInIpVersion6() {
        final long cookie = Called.helper(fixture, "tcp_raw_gen_syncookie_ipv6", ip6, syn("020405a0"), 24);
        final long tcp = ack(cookie);

        assertThat(cookie >>> 32).isEqualTo(1440);
        assertThat(Called.helper(fixture, "tcp_raw_gen_syncookie_ipv6", ip6, syn(""), 20) >>> 32)
                .isEqualTo(1220);
        assertThat(Called.helper(fixture, "tcp_raw_check_syncookie_ipv6", ip6, tcp))
                .isZero();
        NativeMemory.putByte(ip6 + 39, (byte) 3);
        assertThat(Called.helper(fixture, "tcp_raw_check_syncookie_ipv6", ip6, tcp))
                .isEqualTo(Errno.EACCES.negative());
    }

    @Test
    void socketsAreNeverFound() {
        fixture.packet(60);
        final long ctx = fixture.execution().context();

        assertThat(Called.helper(fixture, "sk_lookup_tcp", ctx, fixture.take(12), 12, -1, 0))
                .isZero();
        assertThat(Called.helper(fixture, "skc_lookup_tcp", ctx, fixture.take(12), 12, -1, 0))
                .isZero();
        assertThat(Called.helper(fixture, "tcp_check_syncookie", 0, ip4, 20, syn(""), 20))
                .isEqualTo(Errno.EINVAL.negative());
    }
}
