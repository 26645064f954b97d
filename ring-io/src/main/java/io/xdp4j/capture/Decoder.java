package io.xdp4j.capture;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Steps through the packets of one file layout; what it found of the current packet stands in its fields. */
abstract sealed class Decoder permits PcapDecoder, PcapngDecoder {

    /** Where the packet's bytes start, in the input's window. */
    int packetIndex;

    int capturedLength;
    int originalLength;
    long timestampNs;
    int interfaceIndex;

    final Input in;
    final List<CaptureInterface> interfaces = new ArrayList<>();
    private final List<CaptureInterface> interfacesView = Collections.unmodifiableList(interfaces);

    Decoder(final Input in) {
        this.in = in;
    }

    /** Reads the file's first bytes and chooses; the input is left at the first packet. */
    static Decoder open(final Input in) {
        if (!in.has(1)) {
            throw in.error("empty capture", -1, "(no bytes)");
        }
        if (!in.has(4)) {
            throw in.error("not a capture file", -1, "length=" + in.end() + " bytes (pcap or pcapng expected)");
        }
        final int magic = in.s32(0, ByteOrder.BIG_ENDIAN);
        return switch (magic) {
            case 0xa1b2c3d4 -> new PcapDecoder(in, ByteOrder.BIG_ENDIAN, CaptureFormat.PCAP_MICROS);
            case 0xd4c3b2a1 -> new PcapDecoder(in, ByteOrder.LITTLE_ENDIAN, CaptureFormat.PCAP_MICROS);
            case 0xa1b23c4d -> new PcapDecoder(in, ByteOrder.BIG_ENDIAN, CaptureFormat.PCAP_NANOS);
            case 0x4d3cb2a1 -> new PcapDecoder(in, ByteOrder.LITTLE_ENDIAN, CaptureFormat.PCAP_NANOS);
            case 0x0a0d0d0a -> new PcapngDecoder(in);
            default -> throw refused(in, magic);
        };
    }

    private static CaptureException refused(final Input in, final int magic) {
        final String kind = switch (magic) {
            case 0xa1b2cd34, 0x34cdb2a1 -> "pcap as modified by Kuznetzov";
            case 0xa1b234cd, 0xcd34b2a1 -> "pcap as modified by Mesquita";
            case 0xa12b3c4d, 0x4d3c2ba1 -> "pcap as modified by Navtel";
            case 0x736e6f6f -> "snoop";
            case 0x474d4255, 0x52545353 -> "Microsoft Network Monitor";
            case 0x58435000 -> "NetXRay";
            case 0x28b52ffd -> "compressed with zstd";
            case 0x04224d18 -> "compressed with lz4";
            default -> magic >>> 16 == 0x1f8b ? "compressed with gzip" : "";
        };
        if (kind.isEmpty()) {
            return in.error("not a capture file", 0, String.format("magic=0x%08x (pcap or pcapng expected)", magic));
        }
        return in.error(
                "capture format not supported",
                0,
                "format=" + kind
                        + (kind.startsWith("compressed")
                                ? " (decompress it first)"
                                : " (editcap converts it to pcap)"));
    }

    abstract CaptureFormat format();

    /** Goes to the next packet; false at the end of the file. */
    abstract boolean advance();

    /** Goes back to before the first packet, the input being at its start. */
    abstract void restart();

    /** The interfaces met so far, a live view. */
    final List<CaptureInterface> interfaces() {
        return interfacesView;
    }

    /** Takes a packet's lengths after checking them against the limits; {@code offset} is its record's. */
    final void takeLengths(final int captured, final int original, final int snapLength, final long offset) {
        if (captured < 0 || captured > CaptureFormat.MAX_PACKET_LENGTH) {
            throw in.error(
                    "packet too long",
                    offset,
                    "captured=" + Integer.toUnsignedString(captured) + " bytes (at most "
                            + CaptureFormat.MAX_PACKET_LENGTH + ")");
        }
        if (snapLength > 0 && captured > snapLength) {
            throw in.error(
                    "packet longer than the snap length",
                    offset,
                    "captured=" + captured + " bytes, snapLength=" + snapLength + " bytes");
        }
        if (original < 0) {
            throw in.error(
                    "packet too long",
                    offset,
                    "original=" + Integer.toUnsignedString(original) + " bytes (at most " + Integer.MAX_VALUE + ")");
        }
        if (captured == 0) {
            in.requireWhole(); // the last page of a file that was cut short reads as zeros
        }
        capturedLength = captured;
        originalLength = original;
    }
}
