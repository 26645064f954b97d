package io.xdp4j.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Good captures with some bytes changed or cut off: whatever comes of it, file and stream agree, and nothing else is thrown. */
final class MutatedCaptureTest {

    private static final byte[] TELLING = {0, 1, 3, 4, 12, 28, 32, 127, -128, -1};

    @TempDir
    private Path folder;

    static List<String> captures() throws IOException {
        return CaptureFilesTest.captures().toList();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void readsDamagedFilesAsFileAndAsStreamAlike(final String name) throws IOException {
        final byte[] good = Files.readAllBytes(CaptureBytes.resource(name));
        final Random random = new Random(name.hashCode());
        for (int round = 0; round < 100; round++) {
            final byte[] bad = mutate(good, random);
            final Path file = CaptureBytes.write(folder, "bad", bad);
            final List<String> mapped = CaptureListing.ofMapped(file);
            assertThat(CaptureListing.ofStream(bad, file.toString()))
                    .as("round %s", round)
                    .isEqualTo(mapped);
            assertThat(mapped)
                    .as("round %s", round)
                    .allSatisfy(line -> assertThat(line).doesNotContain("\n"));
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void readsEveryPrefixAsFileAndAsStreamAlike(final String name) throws IOException {
        final byte[] good = Files.readAllBytes(CaptureBytes.resource(name));
        final List<String> whole = CaptureListing.ofStream(good, name);
        for (int length = 0; length < good.length; length += length < 150 ? 1 : 37) {
            final byte[] prefix = Arrays.copyOf(good, length);
            final Path file = CaptureBytes.write(folder, "prefix", prefix);
            final List<String> mapped = CaptureListing.ofMapped(file);
            assertThat(CaptureListing.ofStream(prefix, file.toString())).isEqualTo(mapped);
            final List<String> packets =
                    mapped.stream().filter(line -> line.contains("\t")).toList();
            assertThat(packets).isEqualTo(whole.subList(0, packets.size()));
            assertThat(mapped.size() - packets.size()).isBetween(0, 1);
        }
    }

    private static byte[] mutate(final byte[] good, final Random random) {
        final byte[] bad =
                Arrays.copyOf(good, good.length - (random.nextInt(4) == 0 ? random.nextInt(good.length) : 0));
        final int changes = bad.length == 0 ? 0 : 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            final int at = random.nextInt(random.nextBoolean() ? Math.min(200, bad.length) : bad.length);
            bad[at] = random.nextBoolean() ? TELLING[random.nextInt(TELLING.length)] : (byte) random.nextInt();
        }
        return bad;
    }
}
