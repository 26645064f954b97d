package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.HelperFixture;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StringHelpersTest {

    private final HelperFixture fixture = new HelperFixture();
    private final long result = fixture.take(8);

    @AfterEach
    void close() {
        fixture.close();
    }

    private long compare(final String first, final int size, final String second) {
        return Called.helper(fixture, "strncmp", fixture.text(first), size, fixture.text(second));
    }

    private long parse(final String name, final String text, final long flags) {
        NativeMemory.putLong(result, 0x5a5a);
        final byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return Called.helper(fixture, name, fixture.take(bytes), bytes.length, flags, result);
    }

    private void expect(final String name, final String text, final long flags, final long used, final long value) {
        assertThat(parse(name, text, flags)).as(text).isEqualTo(used);
        assertThat(NativeMemory.getLong(result)).as(text).isEqualTo(value);
    }

    @Test
    void comparesUpToSizeOrNul() {
        assertThat(compare("abc", 4, "abc")).isZero();
        assertThat(compare("abcX", 3, "abcY")).isZero();
        assertThat(compare("abc", 4, "abd")).isEqualTo(-1);
        assertThat(compare("b", 2, "abc")).isEqualTo(1);
        assertThat(compare("ab", 3, "abc")).isEqualTo(-1);
        assertThat(compare("\u00e9", 2, "z")).isEqualTo(1);
    }

    @Test
    void comparingWithAnUnreadableStringEndsTheProgram() {
        assertThat(Called.helper(fixture, "strncmp", fixture.text("a"), 2, 1)).isZero();
        assertThat(fixture.fault()).isEqualTo("string is not readable up to its NUL");
    }

    @Test
    void parsesSignedNumbers() {
        expect("strtol", "42", 0, 2, 42);
        expect("strtol", "  -42 rest", 0, 5, -42);
        expect("strtol", "0x1fG", 0, 4, 0x1f);
        expect("strtol", "0x", 0, 1, 0);
        expect("strtol", "017", 0, 3, 15);
        expect("strtol", "019", 0, 2, 1);
        expect("strtol", "0x10", 16, 4, 16);
        expect("strtol", "777", 8, 3, 511);
        expect("strtol", "-9223372036854775808", 10, 20, Long.MIN_VALUE);
        expect("strtol", "9223372036854775807", 10, 19, Long.MAX_VALUE);
    }

    @Test
    void parsesUnsignedNumbers() {
        expect("strtoul", "18446744073709551615", 10, 20, -1);
        expect("strtoul", "\t\n 7", 10, 4, 7);
        expect("strtoul", "\u00a07", 10, 2, 7);
    }

    @Test
    void refusesWhatIsNoNumber() {
        expect("strtol", "x", 0, Errno.EINVAL.negative(), 0);
        expect("strtol", "-", 0, Errno.EINVAL.negative(), 0);
        expect("strtol", "   ", 0, Errno.EINVAL.negative(), 0);
        expect("strtol", "1", 7, Errno.EINVAL.negative(), 0);
        expect("strtol", "1", 32, Errno.EINVAL.negative(), 0);
        expect("strtoul", "-1", 0, Errno.EINVAL.negative(), 0);
        expect("strtol", "0x", 16, Errno.EINVAL.negative(), 0);
    }

    @Test
    void refusesWhatIsTooLarge() {
        expect("strtol", "9223372036854775808", 10, Errno.ERANGE.negative(), 0);
        expect("strtol", "-9223372036854775809", 10, Errno.ERANGE.negative(), 0);
        expect("strtoul", "18446744073709551616", 10, Errno.ERANGE.negative(), 0);
    }
}
