package io.xdp4j.tests.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Disassembler;
import io.xdp4j.bpf.insn.CodeCheck;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Nothing that the verifier accepts breaks a rule, or a fact, when it runs. {@code -Dsoundness.runs=10000000} runs longer,
 * {@code -Dsoundness.seed=N} from another seed.
 */
class SoundnessTest {

    private static final long RUNS = Long.getLong("soundness.runs", 60_000);
    private static final long SEED = Long.getLong("soundness.seed", 1);
    private static final int PACKETS = 6;

    @Test
    void factsHoldInRandomPrograms() {
        long seed = SEED;
        try (SoundnessRun runs = new SoundnessRun()) {
            while (runs.runs() < RUNS) {
                final SplittableRandom random = new SplittableRandom(seed);
                final ProgramGenerator.Generated made =
                        ProgramGenerator.generate(random::nextInt, 2 + random.nextInt(14));
                check(runs, seed, ProgramSpec.of("seed" + seed, made.code(), made.references()), random, false);
                seed++;
            }
            System.out.printf(
                    "soundness: %d programs accepted, %d refused, %d runs, %d values held against facts%n",
                    runs.accepted(), runs.rejected(), runs.runs(), runs.checked());
            assertThat(runs.accepted()).isGreaterThan(runs.rejected() / 4);
            assertThat(runs.checked()).isGreaterThan(runs.runs() * 10);
            assertThat(runs.widened()).isPositive();
        }
    }

    @Test
    void factsHoldInMutatedPrograms() {
        long seed = SEED;
        try (SoundnessRun runs = new SoundnessRun()) {
            while (runs.runs() < RUNS) {
                final SplittableRandom random = new SplittableRandom(~seed);
                final ProgramGenerator.Generated made =
                        ProgramGenerator.generate(random::nextInt, 2 + random.nextInt(8));
                final long[] code = made.code().clone();
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    ProgramMutation.apply(code, random::nextInt);
                }
                if (CodeCheck.problem(code) == null) {
                    check(runs, seed, ProgramSpec.of("seed" + seed, code, made.references()), random, true);
                }
                seed++;
            }
            assertThat(runs.accepted()).isGreaterThan(runs.rejected() / 20);
        }
    }

    private static void check(
            final SoundnessRun runs,
            final long seed,
            final ProgramSpec spec,
            final SplittableRandom random,
            final boolean mayTakeLong) {
        final String violation = runs.check(spec, random, PACKETS, mayTakeLong);
        if (violation != null) {
            throw new AssertionError("seed=" + seed + ": " + violation + "\n"
                    + new Disassembler().withPcs().text(spec.code()));
        }
    }
}
