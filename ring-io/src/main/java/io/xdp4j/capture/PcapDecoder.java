package io.xdp4j.capture;

import java.nio.ByteOrder;

/**
 * The pcap layout, draft-ietf-opsawg-pcap: a header of 24 bytes, then per packet a header of 16 and its bytes, without
 * padding.
 */
final class PcapDecoder extends Decoder {

    static final int FILE_HEADER_LENGTH = 24;
    static final int RECORD_HEADER_LENGTH = 16;
    static final int VERSION_MAJOR = 2;
    static final int VERSION_MINOR = 4;

    private static final int MAJOR_AT = 4;
    private static final int MINOR_AT = 6;
    private static final int SNAP_LENGTH_AT = 16;
    private static final int LINK_TYPE_AT = 20;
    private static final int FRACTION_AT = 4;
    private static final int CAPTURED_AT = 8;
    private static final int ORIGINAL_AT = 12;

    /** In the link type's word: whether its top four bits hold the length of the FCS, in units of 16 bits. */
    private static final int FCS_PRESENT = 0x0400_0000;

    private final ByteOrder order;
    private final CaptureFormat format;
    private final int tickNs;
    private final int snapLength;

    PcapDecoder(final Input in, final ByteOrder order, final CaptureFormat format) {
        super(in);
        this.order = order;
        this.format = format;
        this.tickNs = format.tickNs();
        if (!in.has(FILE_HEADER_LENGTH)) {
            throw in.truncated("pcap header", 0, FILE_HEADER_LENGTH);
        }
        final int major = in.u16(MAJOR_AT, order);
        final int minor = in.u16(MINOR_AT, order);
        if (major != VERSION_MAJOR || minor != VERSION_MINOR) {
            throw in.error(
                    "pcap version not supported", MAJOR_AT, "version=" + major + "." + minor + " (requires 2.4)");
        }
        final int link = in.s32(LINK_TYPE_AT, order);
        if ((link & 0xffff) != LinkType.ETHERNET) {
            throw LinkType.unsupported(link & 0xffff, in.file(), LINK_TYPE_AT);
        }
        // 0, and what is negative to libpcap, mean no limit
        this.snapLength = Math.max(0, in.s32(SNAP_LENGTH_AT, order));
        interfaces.add(
                new CaptureInterface("", snapLength, (link & FCS_PRESENT) == 0 ? 0 : (link >>> 28) * Short.BYTES));
        in.index += FILE_HEADER_LENGTH;
    }

    @Override
    CaptureFormat format() {
        return format;
    }

    @Override
    boolean advance() {
        if (!in.has(RECORD_HEADER_LENGTH)) {
            if (!in.has(1)) {
                return false;
            }
            throw in.truncated("packet header", in.offset(), RECORD_HEADER_LENGTH);
        }
        takeLengths(in.s32(CAPTURED_AT, order), in.s32(ORIGINAL_AT, order), snapLength, in.offset());
        final int recordLength = RECORD_HEADER_LENGTH + capturedLength;
        if (!in.has(recordLength)) {
            throw in.truncated("packet", in.offset(), recordLength);
        }
        timestampNs = in.u32(0, order) * 1_000_000_000L + in.u32(FRACTION_AT, order) * tickNs;
        packetIndex = in.index + RECORD_HEADER_LENGTH;
        in.index += recordLength;
        return true;
    }

    @Override
    void restart() {
        if (!in.seek(FILE_HEADER_LENGTH)) {
            throw in.truncated("pcap header", 0, FILE_HEADER_LENGTH);
        }
    }
}
