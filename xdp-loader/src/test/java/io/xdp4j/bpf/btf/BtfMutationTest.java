package io.xdp4j.bpf.btf;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Good sections with a few words changed or the end cut off: the same ones in every run. */
final class BtfMutationTest {

    private static final int ROUNDS = 400;

    private static void mutate(final byte[] good, final Consumer<byte[]> attempt) {
        final SplittableRandom random = new SplittableRandom(good.length);
        for (int round = 0; round < ROUNDS; round++) {
            final int length = random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length;
            final byte[] bad = Arrays.copyOf(good, length);
            for (int change = random.nextInt(1, 4); change > 0 && length > 0; change--) {
                final int at = random.nextInt(length);
                bad[at] = switch (random.nextInt(3)) {
                    case 0 -> (byte) random.nextInt();
                    case 1 -> (byte) (bad[at] + random.nextInt(-2, 3));
                    default -> good[random.nextInt(good.length)];
                };
            }
            attempt.accept(bad);
        }
    }

    @Test
    void refusesOrReadsChangedTypes() {
        mutate(TestObject.read("kinds.o").section(".BTF"), BtfAttempt::types);
        mutate(TestObject.read("core-target-big-endian.o").section(".BTF"), BtfAttempt::types);
    }

    @Test
    void refusesOrRelocatesToChangedTypes() {
        mutate(TestObject.read("core-target.o").section(".BTF"), BtfAttempt::relocation);
    }

    @Test
    void refusesOrReadsChangedExtensions() {
        mutate(TestObject.read("core-local.o").section(".BTF.ext"), BtfAttempt::extension);
    }
}
