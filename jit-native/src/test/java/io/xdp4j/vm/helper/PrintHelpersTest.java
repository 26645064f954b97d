package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.vm.HelperFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrintHelpersTest {

    private final HelperFixture fixture = new HelperFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** What snprintf writes into 128 bytes; or the error's name. */
    private String format(final String format, final long... arguments) {
        final long target = fixture.take(128);
        final long result = Called.helper(
                fixture,
                "snprintf",
                target,
                128,
                fixture.text(format),
                arguments.length == 0 ? 0 : fixture.words(arguments),
                8L * arguments.length);
        if (result < 0) {
            return Errno.nameOf((int) result);
        }
        assertThat(result).isEqualTo(fixture.textAt(target).length() + 1);
        return fixture.textAt(target);
    }

    @Test
    void formatsIntegersOfBothWidths() {
        assertThat(format("%d %i %u", -1, 5, -1)).isEqualTo("-1 5 4294967295");
        assertThat(format("%ld %lu %lld %llu", -1, -1, Long.MIN_VALUE, -1))
                .isEqualTo("-1 18446744073709551615 -9223372036854775808 18446744073709551615");
        assertThat(format("%x %X %lx %llX", 0x1_ffff_abcdL, 0xabcd, -1, 0x123456789abcdefL))
                .isEqualTo("ffffabcd ABCD ffffffffffffffff 123456789ABCDEF");
        assertThat(format("%d", 0)).isEqualTo("0");
    }

    @Test
    void padsAsTheFlagsSay() {
        assertThat(format("[%5d] [%-5d] [%05d] [%+d] [% d]", 42, 42, 42, 42, 42))
                .isEqualTo("[   42] [42   ] [00042] [+42] [ 42]");
        assertThat(format("[%5d] [%05d] [%-05d]", -42, -42, -42)).isEqualTo("[  -42] [-0042] [-42  ]");
        assertThat(format("[%08x] [%2x]", 0xbeef, 0xbeef)).isEqualTo("[0000beef] [beef]");
        assertThat(format("[%3c] [%-3c] [%c]", 'a', 'b', 'c')).isEqualTo("[  a] [b  ] [c]");
        assertThat(format("[%5s] [%-5s] [%2s]", fixture.text("abc"), fixture.text("abc"), fixture.text("abc")))
                .isEqualTo("[  abc] [abc  ] [abc]");
    }

    @Test
    void formatsPointersAndAddresses() {
        final long v4 = fixture.take(new byte[] {(byte) 192, 0, 2, 7});
        final long v6 = fixture.take(new byte[] {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});

        assertThat(format("%p %px %pK", 0xabc, 0xabc, 0xabc))
                .isEqualTo("0000000000000abc 0000000000000abc 0000000000000abc");
        assertThat(format("%ps %pS %pB", 0xabc, 0, 1)).isEqualTo("0xabc 0x0 0x1");
        assertThat(format("%pI4 %pi4", v4, v4)).isEqualTo("192.0.2.7 192.000.002.007");
        assertThat(format("%pI6", v6)).isEqualTo("2001:0db8:0000:0000:0000:0000:0000:0001");
        assertThat(format("%pi6", v6)).isEqualTo("20010db8000000000000000000000001");
        assertThat(format("%pI4", 0)).isEqualTo("0.0.0.0");
        assertThat(format("%pks %pus", fixture.text("kernel"), fixture.text("user")))
                .isEqualTo("kernel user");
    }

    /** What Linux 6.18 printed. */
    @Test
    void takesWidthsAndTailsOfPointersAsTheKernelDoes() {
        final long v4 = fixture.take(new byte[] {(byte) 192, 0, 2, 7});

        assertThat(format("[%20px] [%-20px] [%20ps]", 0xabc, 0xabc, 0xabc))
                .isEqualTo("[                 abc] [abc                 ] [               0xabc]");
        assertThat(format("%pI4x|", v4)).isEqualTo("192.0.2.7|");
        assertThat(format("%px%%|%pI4:%d", 1, v4, 2)).isEqualTo("0000000000000001%|192.0.2.7:2");
        assertThat(format("[%+5d][%+05d][%+-5d][% 5d]", 7, 7, 7, 7)).isEqualTo("[   +7][+0007][+7   ][    7]");
        assertThat(format("[%+u][%+x]", 7, 7)).isEqualTo("[7][7]");
        assertThat(format("%px%d", 1, 2)).isEqualTo("00000000000000012");
    }

    @Test
    void unreadableStringIsEmpty() {
        assertThat(format("<%s>", 1)).isEqualTo("<>");
    }

    @Test
    void percentSignsNeedNoArgument() {
        assertThat(format("100%%")).isEqualTo("100%");
    }

    @Test
    void refusesWhatTheKernelRefuses() {
        assertThat(format("%d")).isEqualTo("EINVAL");
        assertThat(format("%f", 1)).isEqualTo("EINVAL");
        assertThat(format("%.3d", 1)).isEqualTo("EINVAL");
        assertThat(format("%#x", 1)).isEqualTo("EINVAL");
        assertThat(format("%hd", 1)).isEqualTo("EINVAL");
        assertThat(format("%llld", 1)).isEqualTo("EINVAL");
        assertThat(format("%sx", fixture.text("a"))).isEqualTo("EINVAL");
        assertThat(format("%pI5", 1)).isEqualTo("EINVAL");
        assertThat(format("%pa", 1)).isEqualTo("EINVAL");
        assertThat(format("%", 1)).isEqualTo("EINVAL");
        assertThat(format("\u0001")).isEqualTo("EINVAL");
        assertThat(format("\u00e9")).isEqualTo("EINVAL");
    }

    /** What Linux 6.18 answered. */
    @Test
    void argumentsTakeAtMost512Bytes() {
        final long most = fixture.text("x".repeat(508));
        final long less = fixture.text("x".repeat(504));
        final long more = fixture.text("x".repeat(600));

        assertThat(result("%s%c", most, 'a')).isEqualTo(510);
        assertThat(result("%s%d", most, 1)).isEqualTo(Errno.ENOSPC.negative());
        assertThat(result("%s%d", less, 1)).isEqualTo(506);
        assertThat(result("%s", more)).isEqualTo(512);
        assertThat(result("%s%c", more, 'a')).isEqualTo(Errno.ENOSPC.negative());
        assertThat(result("%s%s", less, fixture.text("abc"))).isEqualTo(508);
    }

    private long result(final String format, final long... arguments) {
        return Called.helper(
                fixture,
                "snprintf",
                fixture.take(128),
                128,
                fixture.text(format),
                fixture.words(arguments),
                8L * arguments.length);
    }

    @Test
    void snprintfCutsButSaysHowMuchThereWas() {
        final long target = fixture.take(8);
        final long text = fixture.text("0123456789");

        assertThat(Called.helper(fixture, "snprintf", target, 4, text, 0, 0)).isEqualTo(11);
        assertThat(fixture.textAt(target)).isEqualTo("012");
        assertThat(Called.helper(fixture, "snprintf", 0, 0, text, 0, 0)).isEqualTo(11);
        assertThat(Called.helper(fixture, "snprintf", target, 8, text, fixture.words(1), 7))
                .isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.helper(fixture, "snprintf", target, 8, text, fixture.take(104), 104))
                .isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void printsALineWithUpToThreeArguments() {
        final String format = "a=%d b=%x c=%s\n";
        final long result = Called.helper(
                fixture, "trace_printk", fixture.text(format), format.length() + 1, 1, 0xb, fixture.text("see"));

        assertThat(result).isEqualTo("a=1 b=b c=see\n".length());
        assertThat(fixture.printed).containsExactly("a=1 b=b c=see");
        assertThat(Called.helper(fixture, "trace_printk", fixture.text("%d%d%d%d"), 9, 1, 2, 3))
                .isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void formatWithoutItsNulIsRefused() {
        assertThat(Called.helper(fixture, "trace_printk", fixture.text("hello"), 5, 0, 0, 0))
                .isEqualTo(Errno.EINVAL.negative());
        assertThat(fixture.printed).isEmpty();
    }

    @Test
    void printsALineWithArgumentsInMemory() {
        final long format = fixture.text("%d %d %d %d");

        assertThat(Called.helper(fixture, "trace_vprintk", format, 12, fixture.words(1, 2, 3, 4), 32))
                .isEqualTo(7);
        assertThat(fixture.printed).containsExactly("1 2 3 4");
        assertThat(Called.helper(fixture, "trace_vprintk", format, 12, 0, 32)).isEqualTo(Errno.EINVAL.negative());
    }
}
