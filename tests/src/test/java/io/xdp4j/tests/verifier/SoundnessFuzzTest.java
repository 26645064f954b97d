package io.xdp4j.tests.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Disassembler;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterAll;

/**
 * Programs out of a fuzzer's bytes, guided by what they reach in the verifier: what is accepted breaks no rule and no fact
 * when it runs. {@code JAZZER_FUZZ=1} looks for more; otherwise the corpus is replayed.
 */
final class SoundnessFuzzTest {

    private static final int PACKETS = 4;
    private static final int BLOCKS = 12;

    private static final SoundnessRun RUNS = new SoundnessRun();

    @AfterAll
    static void close() {
        RUNS.close();
    }

    @FuzzTest(maxDuration = "2m")
    void acceptsOnlyWhatKeepsTheRules(final byte[] bytes) {
        final ProgramGenerator.Generated made = ProgramGenerator.generate(choices(bytes), BLOCKS);
        final ProgramSpec spec = ProgramSpec.of("fuzzed", made.code(), made.references());
        final String violation = RUNS.check(spec, new SplittableRandom(bytes.length), PACKETS, false);
        assertThat(violation)
                .as(() -> new Disassembler().withPcs().text(spec.code()))
                .isNull();
    }

    /** Each choice takes a byte, or two where the bound is large; zero once they are used up. */
    private static IntUnaryOperator choices(final byte[] bytes) {
        final int[] at = {0};
        return bound -> {
            int number = next(bytes, at);
            if (bound > 256) {
                number = number << 8 | next(bytes, at);
            }
            return number % bound;
        };
    }

    private static int next(final byte[] bytes, final int[] at) {
        return at[0] < bytes.length ? bytes[at[0]++] & 0xff : 0;
    }
}
