package io.xdp4j.capture;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The pcapng layout, draft-ietf-opsawg-pcapng: sections of blocks, each block with its type, its length, its body and
 * its length again. A section has its own byte order and numbers its own interfaces.
 *
 * <p>Packets come in enhanced, simple and (obsolete) packet blocks; other blocks are stepped over, however long.
 */
final class PcapngDecoder extends Decoder {

    private static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int LENGTH_AT = 4;
    private static final int BODY_AT = 8;
    private static final int MIN_LENGTH = 12;
    private static final int SECTION_MIN_LENGTH = 28;
    private static final int SIMPLE_DATA_AT = 12;
    private static final int PACKET_DATA_AT = 28;
    private static final int TRAILER_LENGTH = 4;

    /** Bounds what a hostile file of nothing but interface descriptions can make us keep. */
    private static final int MAX_INTERFACES = 65_536;

    /** What a packet needs to know of its interface. */
    private record SectionInterface(int index, int linkType, int snapLength, TickScale ticks) {}

    private final List<SectionInterface> section = new ArrayList<>();
    private ByteOrder order = ByteOrder.BIG_ENDIAN;

    PcapngDecoder(final Input in) {
        super(in);
        restart();
    }

    @Override
    CaptureFormat format() {
        return CaptureFormat.PCAPNG;
    }

    /** Reads up to the first packet, so that the interfaces are known and a hopeless file is refused on opening. */
    @Override
    void restart() {
        interfaces.clear();
        section.clear();
        readSectionHeader();
        while (in.has(BODY_AT) && !isPacket(in.s32(0, order))) {
            readOtherBlock();
        }
        if (!section.isEmpty() && section.stream().noneMatch(i -> i.linkType == LinkType.ETHERNET)) {
            throw LinkType.unsupported(section.getFirst().linkType, in.file(), in.offset());
        }
    }

    private static boolean isPacket(final int type) {
        return type == ENHANCED_PACKET || type == SIMPLE_PACKET || type == PACKET;
    }

    @Override
    boolean advance() {
        while (in.has(BODY_AT)) {
            final int type = in.s32(0, order);
            if (isPacket(type)) {
                readPacket(type);
                return true;
            }
            readOtherBlock();
        }
        if (in.has(1)) {
            throw in.truncated("block header", in.offset(), BODY_AT);
        }
        return false;
    }

    private void readOtherBlock() {
        switch (in.s32(0, order)) {
            case SECTION_HEADER -> readSectionHeader();
            case INTERFACE_DESCRIPTION -> readInterface();
            default -> stepOver(in.offset(), blockLength(MIN_LENGTH));
        }
    }

    private void readSectionHeader() {
        final long start = in.offset();
        if (!in.has(MIN_LENGTH)) {
            throw in.truncated("section header", start, SECTION_MIN_LENGTH);
        }
        if (in.s32(BODY_AT, ByteOrder.BIG_ENDIAN) == BYTE_ORDER_MAGIC) {
            order = ByteOrder.BIG_ENDIAN;
        } else if (in.s32(BODY_AT, ByteOrder.LITTLE_ENDIAN) == BYTE_ORDER_MAGIC) {
            order = ByteOrder.LITTLE_ENDIAN;
        } else {
            throw in.error(
                    "bad byte-order magic in section header",
                    start,
                    String.format("magic=0x%08x (0x1a2b3c4d in either order)", in.s32(BODY_AT, ByteOrder.BIG_ENDIAN)));
        }
        final long length = blockLength(SECTION_MIN_LENGTH);
        if (!in.has(SECTION_MIN_LENGTH)) {
            throw in.truncated("section header", start, length);
        }
        final int major = in.u16(12, order);
        final int minor = in.u16(14, order);
        if (major != 1 || (minor != 0 && minor != 2)) {
            throw in.error("pcapng version not supported", start, "version=" + major + "." + minor + " (requires 1.0)");
        }
        final long sectionLength = in.window.getLong(in.index + 16, order);
        if (sectionLength < -1) {
            throw in.error("bad section length", start, "sectionLength=" + sectionLength + " bytes (-1 for unknown)");
        }
        section.clear();
        stepOver(start, length);
    }

    private void readInterface() {
        final long start = in.offset();
        final int length = shortBlockLength("interface description", 20);
        if (interfaces.size() == MAX_INTERFACES) {
            throw in.error("too many interfaces", start, "(at most " + MAX_INTERFACES + ")");
        }
        final int linkType = in.u16(BODY_AT, order);
        final int snapLength = Math.max(0, in.s32(BODY_AT + 4, order));
        final InterfaceOptions options = InterfaceOptions.read(in, order, 16, length - TRAILER_LENGTH);
        section.add(new SectionInterface(interfaces.size(), linkType, snapLength, options.ticks()));
        interfaces.add(new CaptureInterface(options.name(), snapLength, options.fcsLength()));
        in.index += length;
    }

    private void readPacket(final int type) {
        final long start = in.offset();
        final boolean simple = type == SIMPLE_PACKET;
        final int dataAt = simple ? SIMPLE_DATA_AT : PACKET_DATA_AT;
        final int length = shortBlockLength("packet", dataAt + TRAILER_LENGTH);
        if (simple) {
            readSimpleFields(start);
        } else {
            final long number = type == PACKET ? in.u16(BODY_AT, order) : in.u32(BODY_AT, order);
            readFields(start, interfaceOf(number, start));
        }
        if (dataAt + capturedLength > length - TRAILER_LENGTH) {
            throw in.error(
                    "packet runs past its block",
                    start,
                    "captured=" + capturedLength + " bytes, block=" + length + " bytes");
        }
        packetIndex = in.index + dataAt;
        in.index += length;
    }

    private void readFields(final long start, final SectionInterface source) {
        takeLengths(in.s32(20, order), in.s32(24, order), source.snapLength, start);
        timestampNs = source.ticks.toNs(in.u32(12, order) << Integer.SIZE | in.u32(16, order));
        if (timestampNs == TickScale.OUT_OF_RANGE) {
            throw in.error("timestamp out of range", start, "(1677 to 2262)");
        }
        interfaceIndex = source.index;
    }

    /** A simple packet block has neither time nor captured length: it is cut by the snap length of interface 0. */
    private void readSimpleFields(final long start) {
        final SectionInterface source = interfaceOf(0, start);
        final int original = in.s32(BODY_AT, order);
        final boolean cut = source.snapLength > 0 && Integer.compareUnsigned(original, source.snapLength) > 0;
        takeLengths(cut ? source.snapLength : original, original, source.snapLength, start);
        timestampNs = 0;
        interfaceIndex = source.index;
    }

    private SectionInterface interfaceOf(final long number, final long start) {
        if (number >= section.size()) {
            throw in.error(
                    "packet of an interface that was not described",
                    start,
                    "interface=" + number + " (interfaces in this section: " + section.size() + ")");
        }
        final SectionInterface source = section.get((int) number);
        if (source.linkType != LinkType.ETHERNET) {
            throw LinkType.unsupported(source.linkType, in.file(), start);
        }
        return source;
    }

    /** The length of the block here, of which the first eight bytes are in the window. */
    private long blockLength(final int least) {
        final long length = in.u32(LENGTH_AT, order);
        if (length < least || length % Integer.BYTES != 0) {
            throw in.error(
                    "bad block length",
                    in.offset(),
                    String.format("type=0x%08x, length=%d bytes", in.s32(0, order), length)
                            + " (a multiple of 4, at least " + least + ")");
        }
        return length;
    }

    /** Brings the whole block into the window and checks both its lengths. */
    private int shortBlockLength(final String what, final int least) {
        final long length = blockLength(least);
        if (length > Input.MAX_PIECE) {
            throw in.error(
                    "block too long", in.offset(), "length=" + length + " bytes (at most " + Input.MAX_PIECE + ")");
        }
        if (!in.has((int) length)) {
            throw in.truncated(what, in.offset(), length);
        }
        requireTrailer((int) length - TRAILER_LENGTH, in.offset(), length);
        return (int) length;
    }

    private void stepOver(final long start, final long length) {
        if (!in.seek(start + length - TRAILER_LENGTH) || !in.has(TRAILER_LENGTH)) {
            throw in.truncated("block", start, length);
        }
        requireTrailer(0, start, length);
        in.index += TRAILER_LENGTH;
    }

    private void requireTrailer(final int at, final long start, final long length) {
        final long again = in.u32(at, order);
        if (again != length) {
            throw in.error("block lengths differ", start, "first=" + length + " bytes, last=" + again + " bytes");
        }
    }
}
