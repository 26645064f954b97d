package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Values by any types: each is printed, and read from its own text and from others, or refused in one line. {@code
 * JAZZER_FUZZ=1} looks for more; otherwise the corpus is replayed.
 */
class ValueTextFuzzTest {

    private static final int MAX_TYPES = 300;
    private static final List<Integer> SIZES = List.of(0, 1, 8, 64, 200);
    private static final List<String> TEXTS =
            List.of("5", "-1", "::1", "10.0.0.1", "\"lan\"", "{}", "{1,2}", "{{1,{2}},.a=3}", "hex:01", "BLUE");

    @FuzzTest(maxDuration = "2m")
    void printsAndReadsByAnyTypes(final byte[] section) {
        final Btf btf;
        try {
            btf = Btf.parse(new ByteReader("fuzz", ".BTF", ByteBuffer.wrap(section), ByteOrder.LITTLE_ENDIAN), null);
        } catch (final ObjectFileException _) {
            return; // what reading types refuses is a target of its own
        }
        for (int id = 1; id < Math.min(btf.size(), MAX_TYPES); id++) {
            for (final int size : SIZES) {
                print(btf, id, size);
            }
            for (final String text : TEXTS) {
                read(btf, id, text, 64);
            }
        }
    }

    private static void print(final Btf btf, final int id, final int size) {
        final byte[] bytes = new byte[size];
        Arrays.fill(bytes, size / 2, size, (byte) 0xa5);
        final String text;
        try {
            text = new ValuePrinter(btf, false).print(bytes, id);
        } catch (final ObjectFileException | IllegalArgumentException refused) {
            assertOneLine(refused);
            return;
        }
        assertThat(text).doesNotContain("\n");
        read(btf, id, text, size);
    }

    private static void read(final Btf btf, final int id, final String text, final int size) {
        try {
            assertThat(new ValueParser(btf, false).parse(text, id, size)).hasSize(size);
        } catch (final ObjectFileException | IllegalArgumentException refused) {
            assertOneLine(refused);
        }
    }

    private static void assertOneLine(final RuntimeException refused) {
        assertThat(refused.getMessage()).isNotBlank().doesNotContain("\n");
    }
}
