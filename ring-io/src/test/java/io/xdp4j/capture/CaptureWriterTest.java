package io.xdp4j.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class CaptureWriterTest {

    private static final long TIME_NS = 1_700_000_000_123_456_789L;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(CaptureFormat.class)
    void readsBackWhatItWrote(final CaptureFormat format) {
        final Path file = folder.resolve("out");
        final long seed = 42;
        final byte[] bytes = new byte[CaptureFormat.MAX_PACKET_LENGTH];
        final UnsafeBuffer packet = new UnsafeBuffer(bytes);
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[CaptureFormat.MAX_PACKET_LENGTH]);
        new Random(seed).nextBytes(bytes);
        try (CaptureWriter writer = CaptureWriter.create(file, format, 0)) {
            writer.declare(List.of(CaptureInterface.named("a"), CaptureInterface.named("")));
            final Random random = new Random(seed);
            for (int i = 0; i < 500; i++) {
                final int length = random.nextInt((1 + bytes.length) >> random.nextInt(18));
                writer.write(TIME_NS + i * 1000L, packet, bytes.length - length, length, length + i, i & 1);
            }
        }
        try (CaptureReader reader = CaptureReader.open(file, 1 << 16)) {
            assertThat(reader.format()).isEqualTo(format);
            final Random random = new Random(seed);
            for (int i = 0; i < 500; i++) {
                final int length = random.nextInt((1 + bytes.length) >> random.nextInt(18));
                assertThat(reader.advance()).isTrue();
                assertThat(reader.capturedLength()).isEqualTo(length);
                assertThat(reader.originalLength()).isEqualTo(length + i);
                assertThat(reader.truncated()).isEqualTo(i > 0);
                assertThat(reader.timestampNs())
                        .isEqualTo(TIME_NS + i * 1000L - (format == CaptureFormat.PCAP_MICROS ? 789 : 0));
                assertThat(reader.interfaceIndex()).isEqualTo(format == CaptureFormat.PCAPNG ? i & 1 : 0);
                assertThat(reader.copyTo(copy, 0, copy.capacity())).isEqualTo(length);
                copy.wrap(copy, 0, length);
                assertThat(copy).isEqualTo(new UnsafeBuffer(bytes, bytes.length - length, length));
                copy.wrap(new byte[CaptureFormat.MAX_PACKET_LENGTH]);
            }
            assertThat(reader.advance()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(CaptureFormat.class)
    void cutsPacketsToTheSnapLength(final CaptureFormat format) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CaptureWriter writer = CaptureWriter.of(out, "memory", format, 2)) {
            writer.write(0, new UnsafeBuffer(new byte[] {1, 2, 3, 4}), 0, 4, 9, 0);
        }
        assertThat(CaptureListing.ofStream(out.toByteArray(), "memory"))
                .containsExactly("\t9\t2\t0cb988d042a7f28dd5fe2b55b3f5ac7a");
    }

    @Test
    void writesTheBytesThatTheFormatAsksFor() {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CaptureWriter writer = CaptureWriter.of(out, "memory", CaptureFormat.PCAP_MICROS, 65535)) {
            writer.write(1_700_000_000_000_005_999L, new UnsafeBuffer(new byte[] {1, 2, 3, 4}), 0, 4, 4, 0);
        }
        assertThat(out.toByteArray())
                .isEqualTo(CaptureBytes.pcap(65535)
                        .record(4, 4, (byte) 1, (byte) 2, (byte) 3, (byte) 4)
                        .toArray());
    }

    @Test
    void writesEmptyCapture() {
        final Path file = folder.resolve("empty.pcap");
        CaptureWriter.create(file, CaptureFormat.PCAP_NANOS, 0).close();
        assertThat(file).hasSize(24);
        assertThat(CaptureListing.ofMapped(file)).isEmpty();
    }

    @Test
    void keepsNamesAndCheckSequencesOfInterfaces() {
        final Path file = folder.resolve("x.pcapng");
        final List<CaptureInterface> interfaces =
                List.of(new CaptureInterface("öst0", 96, 4), new CaptureInterface("", 262_144, 0));
        try (CaptureWriter writer = CaptureWriter.create(file, CaptureFormat.PCAPNG, 0)) {
            writer.declare(interfaces);
        }
        try (CaptureReader reader = CaptureReader.open(file)) {
            assertThat(reader.interfaces()).isEqualTo(interfaces);
        }
    }

    @Test
    void refusesTimesThatTheFormatCannotHold() {
        try (CaptureWriter writer = CaptureWriter.create(folder.resolve("x"), CaptureFormat.PCAP_NANOS, 0)) {
            assertThatThrownBy(() -> writer.write(1L << 62, new UnsafeBuffer(new byte[4]), 0, 4, 4, 0))
                    .isInstanceOf(CaptureException.class)
                    .hasMessage("timestamp out of range: file=" + folder.resolve("x")
                            + ", timestamp=4611686018427387904 ns (pcap ends in 2106)");
        }
    }

    @Test
    void refusesToWriteOverTheInput() throws IOException {
        final Path input = Files.write(folder.resolve("in.pcap"), new byte[] {1});
        final Path link = Files.createSymbolicLink(folder.resolve("link.pcap"), input);
        assertThatThrownBy(() -> CaptureWriter.requireDifferent(input, link))
                .isInstanceOf(CaptureException.class)
                .hasMessage("capture would be written over its own input: file=" + link + ", input=" + input
                        + " (name another file)");
        CaptureWriter.requireDifferent(input, folder.resolve("other.pcap"));
        CaptureWriter.requireDifferent(input, Path.of("-"));
    }

    @Test
    void saysWhyAFileCannotBeOpened() {
        final Path missing = folder.resolve("no/such.pcap");
        assertThatThrownBy(() -> CaptureReader.open(missing))
                .hasMessage("cannot open capture: file=" + missing + " (no such file or directory)");
        assertThatThrownBy(() -> CaptureWriter.create(missing, CaptureFormat.PCAPNG, 0))
                .hasMessage("cannot create capture: file=" + missing + " (no such file or directory)");
        assertThatThrownBy(() -> CaptureReader.open(folder))
                .hasMessage("cannot open capture: file=" + folder + " (is a directory)");
        assertThatThrownBy(() -> CaptureWriter.create(folder, CaptureFormat.PCAPNG, 0))
                .hasMessage("cannot create capture: file=" + folder + " (is a directory)");
    }

    @Test
    void saysThatTheOtherEndIsGone() {
        final OutputStream broken = new OutputStream() {
            @Override
            public void write(final int value) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        final CaptureWriter writer = CaptureWriter.of(broken, "-", CaptureFormat.PCAP_NANOS, 0);
        assertThatThrownBy(writer::flush)
                .isInstanceOf(CaptureException.class)
                .hasMessage("cannot write capture: file=- (broken pipe)");
        writer.close();
    }

    @Test
    void isOfNoUseOnceClosed() {
        final CaptureWriter writer =
                CaptureWriter.of(OutputStream.nullOutputStream(), "x", CaptureFormat.PCAP_NANOS, 0);
        writer.close();
        writer.close();
        assertThatThrownBy(() -> writer.write(0, new UnsafeBuffer(new byte[4]), 0, 4, 4, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("capture is closed: file=x");
    }

    @ParameterizedTest
    @CsvSource({
        "out.pcapng, PCAP_MICROS, PCAPNG",
        "OUT.PCAPNG, PCAP_NANOS, PCAPNG",
        "out.pcap, PCAPNG, PCAP_NANOS",
        "out.pcap, PCAP_MICROS, PCAP_MICROS",
        "-, PCAPNG, PCAPNG",
    })
    void choosesFormatByNameAndInput(final String name, final CaptureFormat input, final CaptureFormat format) {
        assertThat(CaptureFormat.forOutput(Path.of(name), input)).isEqualTo(format);
    }
}
