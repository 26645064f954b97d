package io.xdp4j.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Any bytes at all: read as a file and as a stream, they give the same packets and the same error, and no other
 * exception. {@code JAZZER_FUZZ=1} looks for more; otherwise the corpus is replayed.
 */
final class CaptureReaderFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void readsAnyBytesAsFileAndAsStreamAlike(final byte[] bytes) throws IOException {
        final Path file = Files.createTempFile("fuzz", ".pcap");
        try {
            Files.write(file, bytes);
            final List<String> mapped = CaptureListing.ofMapped(file);
            assertThat(CaptureListing.ofStream(bytes, file.toString())).isEqualTo(mapped);
        } finally {
            Files.delete(file);
        }
    }
}
