package io.xdp4j.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every committed capture, against what tshark says of it. */
final class CaptureFilesTest {

    @TempDir
    private Path folder;

    static Stream<String> captures() throws IOException {
        try (Stream<Path> files =
                Files.list(CaptureBytes.resource("micros-le.pcap").getParent())) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".pcap") || name.endsWith(".pcapng"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static List<String> expected(final String name) throws IOException {
        return Files.readAllLines(CaptureBytes.resource(name + ".txt"));
    }

    @ParameterizedTest
    @MethodSource("captures")
    void readsMappedFilesAsTsharkDoes(final String name) throws IOException {
        assertThat(CaptureListing.ofMapped(CaptureBytes.resource(name))).isEqualTo(expected(name));
    }

    @ParameterizedTest
    @MethodSource("captures")
    void readsStreamsAsTsharkDoes(final String name) throws IOException {
        assertThat(CaptureListing.ofStream(Files.readAllBytes(CaptureBytes.resource(name)), name))
                .isEqualTo(expected(name));
    }

    @ParameterizedTest
    @MethodSource("captures")
    void readsTheSameAfterRewinding(final String name) throws IOException {
        try (CaptureReader reader = CaptureReader.open(CaptureBytes.resource(name), CaptureListing.SMALL_WINDOW)) {
            for (int pass = 0; pass < 3; pass++) {
                assertThat(CaptureListing.ofRest(reader)).isEqualTo(expected(name));
                assertThat(reader.packets()).isEqualTo(expected(name).size());
                assertThat(reader.position()).isEqualTo(reader.size());
                reader.rewind();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(CaptureFormat.class)
    void copiesEveryCaptureInEveryFormat(final CaptureFormat format) throws IOException {
        for (final String name : captures().toList()) {
            final Path copy = folder.resolve(name + "." + format);
            try (CaptureReader reader = CaptureReader.open(CaptureBytes.resource(name));
                    CaptureWriter writer = CaptureWriter.create(copy, format, 0)) {
                while (reader.advance()) {
                    writer.write(reader);
                }
                assertThat(writer.packets()).isEqualTo(reader.packets());
            }
            final List<String> lines = expected(name).stream()
                    .map(line -> format == CaptureFormat.PCAP_MICROS ? withoutNanoseconds(line) : line)
                    .toList();
            assertThat(CaptureListing.ofMapped(copy)).as(name).isEqualTo(lines);
        }
    }

    private static String withoutNanoseconds(final String line) {
        final int dot = line.indexOf('.');
        return dot < 0 ? line : line.substring(0, dot + 7) + "000" + line.substring(dot + 10);
    }

    @Test
    void numbersInterfacesThroughAllSections() throws IOException {
        final List<Integer> indices = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(CaptureBytes.resource("sections.pcapng"))) {
            while (reader.advance()) {
                indices.add(reader.interfaceIndex());
            }
            assertThat(indices).containsExactly(0, 1, 1);
            assertThat(reader.interfaces())
                    .containsExactly(new CaptureInterface("first", 0, 0), new CaptureInterface("second", 64, 0));
        }
    }

    @Test
    void keepsInterfacesWhenCopyingToPcapng() throws IOException {
        final Path copy = folder.resolve("copy.pcapng");
        final List<Integer> indices = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(CaptureBytes.resource("mergecap.pcapng"));
                CaptureWriter writer = CaptureWriter.create(copy, CaptureFormat.PCAPNG, 0)) {
            while (reader.advance()) {
                writer.write(reader);
                indices.add(reader.interfaceIndex());
            }
        }
        try (CaptureReader reader = CaptureReader.open(copy)) {
            for (final int index : indices) {
                assertThat(reader.advance()).isTrue();
                assertThat(reader.interfaceIndex()).isEqualTo(index);
            }
            assertThat(reader.advance()).isFalse();
            assertThat(reader.interfaces())
                    .extracting(CaptureInterface::name)
                    .containsExactly("eth7", "", "eth0", "eth1", "");
        }
    }

    @Test
    void saysWhichPacketsTheSnapLengthCut() throws IOException {
        final List<Boolean> truncated = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(CaptureBytes.resource("editcap-snapped.pcapng"))) {
            while (reader.advance()) {
                truncated.add(reader.truncated());
            }
        }
        assertThat(truncated).containsExactly(false, true, true, true, false);
    }
}
