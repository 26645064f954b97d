package io.xdp4j.capture;

import static io.xdp4j.capture.CaptureBytes.in;
import static io.xdp4j.capture.CaptureBytes.pcapng;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a pcapng file is said in one line, the same for files and streams, after the packets before it. */
final class DamagedPcapngTest {

    private static final byte[] FOUR = {1, 2, 3, 4};
    private static final String PACKET = "0.000005000\t4\t4\t08d6c05a21512a79a1dfeb9d2a8f262f";

    /** Length of a section header and an interface description without options. */
    private static final int PREAMBLE = 48;

    @TempDir
    private Path folder;

    private List<String> read(final byte[] bytes) throws IOException {
        final List<String> mapped = CaptureListing.ofMapped(CaptureBytes.write(folder, "x.pcapng", bytes)).stream()
                .map(line -> line.replace(folder + "/", ""))
                .toList();
        assertThat(CaptureListing.ofStream(bytes, "x.pcapng")).isEqualTo(mapped);
        return mapped;
    }

    private List<String> read(final CaptureBytes bytes) throws IOException {
        return read(bytes.toArray());
    }

    private static CaptureBytes one() {
        return pcapng(0).enhanced(0, 5, 4, FOUR);
    }

    private static CaptureBytes little() {
        return in(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void readsSectionWithoutPackets() throws IOException {
        assertThat(read(pcapng(0))).isEmpty();
        assertThat(read(little().section())).isEmpty();
    }

    @Test
    void refusesTruncatedSectionHeader() throws IOException {
        assertThat(read(Arrays.copyOf(pcapng(0).toArray(), 10)))
                .containsExactly("truncated section header: file=x.pcapng, offset=0, needs=28 bytes, left=10 bytes");
        assertThat(read(Arrays.copyOf(pcapng(0).toArray(), 27)))
                .containsExactly("truncated section header: file=x.pcapng, offset=0, needs=28 bytes, left=27 bytes");
    }

    @Test
    void refusesBadByteOrderMagic() throws IOException {
        assertThat(read(little().ints(0x0a0d0d0a, 28, 0x1a2b3c4e).longs(0, 0)))
                .containsExactly(
                        "bad byte-order magic in section header: file=x.pcapng, offset=0, magic=0x4e3c2b1a (0x1a2b3c4d"
                                + " in either order)");
    }

    @Test
    void refusesOtherVersion() throws IOException {
        assertThat(read(little().block(
                                0x0a0d0d0a,
                                little().ints(0x1a2b3c4d).shorts(2, 0).longs(-1))))
                .containsExactly("pcapng version not supported: file=x.pcapng, offset=0, version=2.0 (requires 1.0)");
    }

    @Test
    void refusesBadSectionLength() throws IOException {
        assertThat(read(little().block(
                                0x0a0d0d0a,
                                little().ints(0x1a2b3c4d).shorts(1, 0).longs(-2))))
                .containsExactly(
                        "bad section length: file=x.pcapng, offset=0, sectionLength=-2 bytes (-1 for unknown)");
    }

    @Test
    void refusesBadBlockLengths() throws IOException {
        assertThat(read(one().ints(0xbad0, 8, 8)))
                .containsExactly(
                        PACKET,
                        "bad block length: file=x.pcapng, offset=84, type=0x0000bad0, length=8 bytes (a multiple of 4,"
                                + " at least 12)");
        assertThat(read(one().ints(0xbad0, 13, 0, 13)))
                .containsExactly(
                        PACKET,
                        "bad block length: file=x.pcapng, offset=84, type=0x0000bad0, length=13 bytes (a multiple of"
                                + " 4, at least 12)");
        assertThat(read(one().ints(6, 28, 0, 0, 0, 0, 28)))
                .containsExactly(
                        PACKET,
                        "bad block length: file=x.pcapng, offset=84, type=0x00000006, length=28 bytes (a multiple of"
                                + " 4, at least 32)");
        assertThat(read(one().ints(3, 12, 12)))
                .containsExactly(
                        PACKET,
                        "bad block length: file=x.pcapng, offset=84, type=0x00000003, length=12 bytes (a multiple of"
                                + " 4, at least 16)");
    }

    @Test
    void refusesBlockWhoseTwoLengthsDiffer() throws IOException {
        assertThat(read(one().ints(0xbad0, 16, 0, 20)))
                .containsExactly(
                        PACKET, "block lengths differ: file=x.pcapng, offset=84, first=16 bytes, last=20 bytes");
    }

    @Test
    void refusesTruncatedBlocks() throws IOException {
        assertThat(read(one().ints(6)))
                .containsExactly(
                        PACKET, "truncated block header: file=x.pcapng, offset=84, needs=8 bytes, left=4 bytes");
        assertThat(read(one().ints(6, 1000, 0, 0)))
                .containsExactly(PACKET, "truncated packet: file=x.pcapng, offset=84, needs=1000 bytes, left=16 bytes");
        assertThat(read(one().ints(0xbad0, 0xffff_fffc, 0, 0)))
                .containsExactly(
                        PACKET, "truncated block: file=x.pcapng, offset=84, needs=4294967292 bytes, left=16 bytes");
    }

    @Test
    void refusesPacketBlockThatIsAbsurdlyLong() throws IOException {
        assertThat(read(one().ints(6, 0xffff_fffc, 0, 0)))
                .containsExactly(
                        PACKET, "block too long: file=x.pcapng, offset=84, length=4294967292 bytes (at most 1048576)");
    }

    @Test
    void refusesPacketThatRunsPastItsBlock() throws IOException {
        assertThat(read(one().block(6, little().ints(0, 0, 5, 8, 8).bytes(FOUR))))
                .containsExactly(
                        PACKET,
                        "packet runs past its block: file=x.pcapng, offset=84, captured=8 bytes, block=36 bytes");
    }

    @Test
    void refusesPacketLongerThanTheSnapLength() throws IOException {
        assertThat(read(pcapng(3).enhanced(0, 5, 4, FOUR)))
                .containsExactly(
                        "packet longer than the snap length: file=x.pcapng, offset=48, captured=4 bytes, snapLength=3"
                                + " bytes");
    }

    @Test
    void refusesPacketOfUnknownInterface() throws IOException {
        assertThat(read(one().enhanced(1, 5, 4, FOUR)))
                .containsExactly(
                        PACKET,
                        "packet of an interface that was not described: file=x.pcapng, offset=84, interface=1"
                                + " (interfaces in this section: 1)");
        assertThat(read(one().section().enhanced(0, 5, 4, FOUR)))
                .containsExactly(
                        PACKET,
                        "packet of an interface that was not described: file=x.pcapng, offset=112, interface=0"
                                + " (interfaces in this section: 0)");
    }

    @Test
    void refusesFileWithoutEthernetOnOpening() throws IOException {
        final Path file = CaptureBytes.write(
                folder,
                "any.pcapng",
                little().section()
                        .block(1, little().shorts(276, 0).ints(0))
                        .enhanced(0, 5, 4, FOUR)
                        .toArray());
        final CaptureException refused = org.assertj.core.api.Assertions.catchThrowableOfType(
                CaptureException.class, () -> CaptureReader.open(file).close());
        assertThat(refused)
                .hasMessage("link type not supported: linkType=LINUX_SLL2 (276), file=" + file
                        + " (only ETHERNET: capture on the interface itself, not on any)");
        assertThat(refused.file()).isEqualTo(file.toString());
    }

    @Test
    void refusesOtherLinkTypeAtItsFirstPacket() throws IOException {
        assertThat(read(pcapng(0)
                        .block(1, little().shorts(147, 0).ints(0))
                        .enhanced(0, 5, 4, FOUR)
                        .enhanced(1, 5, 4, FOUR)))
                .containsExactly(
                        PACKET, "link type not supported: linkType=USER0 (147), file=x.pcapng (only ETHERNET)");
    }

    @Test
    void refusesBadOptions() throws IOException {
        assertThat(read(pcapng(0)
                        .block(1, little().shorts(1, 0).ints(0).shorts(9, 4).ints(6))))
                .containsExactly("bad option length: file=x.pcapng, offset=64, length=4 bytes (must be 1)");
        assertThat(read(pcapng(0)
                        .block(1, little().shorts(1, 0).ints(0).shorts(2, 400).ints(6))))
                .containsExactly("option runs past its block: file=x.pcapng, offset=64, code=2, length=400 bytes");
    }

    @Test
    void refusesTimesThatDoNotFit() throws IOException {
        assertThat(read(pcapng(0).enhanced(0, -1, 4, FOUR)))
                .containsExactly("timestamp out of range: file=x.pcapng, offset=" + PREAMBLE + " (1677 to 2262)");
    }

    @Test
    void refusesEndlessInterfaces() throws IOException {
        final byte[] one = little().ethernet(0).toArray();
        final byte[] head = little().section().toArray();
        final byte[] all = Arrays.copyOf(head, head.length + 65_537 * one.length);
        for (int at = head.length; at < all.length; at += one.length) {
            System.arraycopy(one, 0, all, at, one.length);
        }
        assertThat(read(all)).containsExactly("too many interfaces: file=x.pcapng, offset=1310748 (at most 65536)");
    }

    @Test
    void stepsOverOptionsAndUnknownBlocksLongerThanTheWindow() throws IOException {
        final byte[] comment = new byte[60_000];
        assertThat(read(pcapng(0)
                        .block(0xbad0, little().bytes(new byte[200_000]))
                        .block(
                                6,
                                little().ints(0, 0, 5, 4, 4)
                                        .bytes(FOUR)
                                        .shorts(1, comment.length)
                                        .bytes(comment)
                                        .ints(0))
                        .enhanced(0, 5, 4, FOUR)))
                .containsExactly(PACKET, PACKET);
    }
}
