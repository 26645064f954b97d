package io.xdp4j.capture;

import static io.xdp4j.capture.CaptureBytes.MICROS;
import static io.xdp4j.capture.CaptureBytes.in;
import static io.xdp4j.capture.CaptureBytes.pcap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a pcap file is said in one line, the same for files and streams, after the packets before it. */
final class DamagedPcapTest {

    private static final String PACKET = "1700000000.000005000\t4\t4\t08d6c05a21512a79a1dfeb9d2a8f262f";

    @TempDir
    private Path folder;

    private List<String> read(final byte[] bytes) throws IOException {
        final List<String> mapped = CaptureListing.ofMapped(CaptureBytes.write(folder, "x.pcap", bytes)).stream()
                .map(line -> line.replace(folder + "/", ""))
                .toList();
        assertThat(CaptureListing.ofStream(bytes, "x.pcap")).isEqualTo(mapped);
        return mapped;
    }

    private List<String> read(final CaptureBytes bytes) throws IOException {
        return read(bytes.toArray());
    }

    private static CaptureBytes header(final int magic) {
        return in(ByteOrder.BIG_ENDIAN).header(magic, 2, 4, 65535, 1);
    }

    private static CaptureBytes onePacket() {
        return pcap(65535).record(4, 4, (byte) 1, (byte) 2, (byte) 3, (byte) 4);
    }

    @Test
    void refusesEmptyFile() throws IOException {
        assertThat(read(new byte[0])).containsExactly("empty capture: file=x.pcap (no bytes)");
    }

    @Test
    void refusesFileShorterThanItsMagic() throws IOException {
        assertThat(read(new byte[3]))
                .containsExactly("not a capture file: file=x.pcap, length=3 bytes (pcap or pcapng expected)");
    }

    @Test
    void refusesOtherFiles() throws IOException {
        assertThat(read(new byte[] {0x7f, 'E', 'L', 'F', 0}))
                .containsExactly(
                        "not a capture file: file=x.pcap, offset=0, magic=0x7f454c46 (pcap or pcapng expected)");
    }

    @ParameterizedTest
    @CsvSource({
        "0xa1b2cd34, pcap as modified by Kuznetzov (editcap converts it to pcap)",
        "0x34cdb2a1, pcap as modified by Kuznetzov (editcap converts it to pcap)",
        "0xa12b3c4d, pcap as modified by Navtel (editcap converts it to pcap)",
        "0x736e6f6f, snoop (editcap converts it to pcap)",
        "0x1f8b0800, compressed with gzip (decompress it first)",
        "0x28b52ffd, compressed with zstd (decompress it first)",
    })
    void refusesOtherFormatsByName(final String magic, final String name) throws IOException {
        assertThat(read(header(Long.decode(magic).intValue())))
                .containsExactly("capture format not supported: file=x.pcap, offset=0, format=" + name);
    }

    @Test
    void refusesTruncatedHeader() throws IOException {
        assertThat(read(Arrays.copyOf(pcap(0).toArray(), 23)))
                .containsExactly("truncated pcap header: file=x.pcap, offset=0, needs=24 bytes, left=23 bytes");
    }

    @Test
    void refusesOtherVersions() throws IOException {
        assertThat(read(in(ByteOrder.LITTLE_ENDIAN).header(MICROS, 2, 2, 0, 1)))
                .containsExactly("pcap version not supported: file=x.pcap, offset=4, version=2.2 (requires 2.4)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "276 | LINUX_SLL2 (276) | only ETHERNET: capture on the interface itself, not on any",
                "113 | LINUX_SLL (113) | only ETHERNET: capture on the interface itself, not on any",
                "101 | RAW (101) | only ETHERNET",
                "127 | IEEE802_11_RADIOTAP (127) | only ETHERNET",
                "0 | NULL (0) | only ETHERNET",
                "149 | USER2 (149) | only ETHERNET",
                "9999 | unregistered (9999) | only ETHERNET",
            })
    void refusesOtherLinkTypesByName(final int number, final String name, final String remedy) throws IOException {
        assertThat(read(in(ByteOrder.BIG_ENDIAN).header(MICROS, 2, 4, 0, number)))
                .containsExactly("link type not supported: linkType=" + name + ", file=x.pcap (" + remedy + ")");
    }

    @Test
    void deliversPacketsBeforeTruncatedOne() throws IOException {
        assertThat(read(onePacket().record(1514, 1514, new byte[12])))
                .containsExactly(PACKET, "truncated packet: file=x.pcap, offset=44, needs=1530 bytes, left=28 bytes");
    }

    @Test
    void deliversPacketsBeforeTruncatedPacketHeader() throws IOException {
        assertThat(read(onePacket().ints(1)))
                .containsExactly(
                        PACKET, "truncated packet header: file=x.pcap, offset=44, needs=16 bytes, left=4 bytes");
    }

    @Test
    void refusesPacketLongerThanTheSnapLength() throws IOException {
        assertThat(read(pcap(3).record(4, 4, (byte) 1, (byte) 2, (byte) 3, (byte) 4)))
                .containsExactly(
                        "packet longer than the snap length: file=x.pcap, offset=24, captured=4 bytes, snapLength=3"
                                + " bytes");
    }

    @Test
    void refusesAbsurdLengths() throws IOException {
        assertThat(read(pcap(0).record(262_145, 262_145)))
                .containsExactly("packet too long: file=x.pcap, offset=24, captured=262145 bytes (at most 262144)");
        assertThat(read(pcap(0).record(-1, 0)))
                .containsExactly("packet too long: file=x.pcap, offset=24, captured=4294967295 bytes (at most 262144)");
        assertThat(read(pcap(0).record(0, -2)))
                .containsExactly(
                        "packet too long: file=x.pcap, offset=24, original=4294967294 bytes (at most 2147483647)");
    }

    @Test
    void readsLongestPacketAndPacketWithoutBytes() throws IOException {
        final List<String> lines = read(
                pcap(0).record(0, 0).record(262_144, 262_144, new byte[262_144]).record(0, 7));
        assertThat(lines)
                .containsExactly(
                        "1700000000.000005000\t0\t0\td41d8cd98f00b204e9800998ecf8427e",
                        "1700000000.000005000\t262144\t262144\tec87a838931d4d5d2e94a04644788a55",
                        "1700000000.000005000\t7\t0\td41d8cd98f00b204e9800998ecf8427e");
    }

    @Test
    void tellsLengthOfFrameCheckSequence() throws IOException {
        final Path file = CaptureBytes.write(
                folder,
                "fcs.pcap",
                in(ByteOrder.BIG_ENDIAN).header(MICROS, 2, 4, 96, 0x2400_0001).toArray());
        try (CaptureReader reader = CaptureReader.open(file)) {
            assertThat(reader.interfaces()).containsExactly(new CaptureInterface("", 96, 4));
        }
    }

    @Test
    void failsAgainAtEveryFurtherCall() throws IOException {
        final Path file =
                CaptureBytes.write(folder, "x.pcap", onePacket().ints(1).toArray());
        try (CaptureReader reader = CaptureReader.open(file)) {
            assertThat(CaptureListing.ofRest(reader)).hasSize(2);
            assertThat(reader.packet().capacity()).isZero();
            assertThat(reader.capturedLength()).isZero();
            assertThat(CaptureListing.ofRest(reader)).hasSize(1);
            reader.rewind();
            assertThat(CaptureListing.ofRest(reader)).hasSize(2);
        }
    }
}
