package io.xdp4j.capture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/** Writes pcapng: one section, enhanced packet blocks, nanoseconds; see {@link PcapngDecoder} for the layout. */
final class PcapngEncoder extends Encoder {

    private static final int MAX_NAME_LENGTH = 1024;

    /** Bytes that an interface description takes at most. */
    static final int MAX_INTERFACE_LENGTH = MAX_NAME_LENGTH + 64;

    private static final int SECTION_LENGTH = 28;
    private static final int INTERFACE_LENGTH = 20;
    private static final int OPTION_LENGTH = 4;
    private static final int PACKET_LENGTH = 32;
    private static final byte NANOSECONDS = 9;

    private int interfaces;

    PcapngEncoder(final int snapLength) {
        super(snapLength);
    }

    @Override
    void start(final ByteBuffer out) {
        out.putInt(0x0a0d0d0a).putInt(SECTION_LENGTH).putInt(0x1a2b3c4d);
        out.putShort((short) 1).putShort((short) 0);
        out.putLong(-1);
        out.putInt(SECTION_LENGTH);
    }

    @Override
    void declare(final ByteBuffer out, final CaptureInterface added) {
        final byte[] name = shortened(added.name());
        final int nameLength = name.length == 0 ? 0 : OPTION_LENGTH + padded(name.length);
        final int fcsLength = added.fcsLength() == 0 ? 0 : OPTION_LENGTH + Integer.BYTES;
        final int length = INTERFACE_LENGTH + nameLength + fcsLength + OPTION_LENGTH + Integer.BYTES + OPTION_LENGTH;
        final int kept = added.snapLength() == 0 ? snapLength : Math.min(added.snapLength(), snapLength);
        out.putInt(1).putInt(length);
        out.putShort((short) LinkType.ETHERNET).putShort((short) 0).putInt(kept);
        if (name.length > 0) {
            option(out, InterfaceOptions.IF_NAME, name);
        }
        option(out, InterfaceOptions.IF_TSRESOL, new byte[] {NANOSECONDS});
        if (fcsLength > 0) {
            option(out, InterfaceOptions.IF_FCSLEN, new byte[] {(byte) added.fcsLength()});
        }
        out.putInt(InterfaceOptions.END);
        out.putInt(length);
        interfaces++;
    }

    private static byte[] shortened(final String name) {
        final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_NAME_LENGTH ? bytes : Arrays.copyOf(bytes, MAX_NAME_LENGTH);
    }

    private static void option(final ByteBuffer out, final int code, final byte[] value) {
        out.putShort((short) code).putShort((short) value.length).put(value);
        pad(out, value.length);
    }

    @Override
    int interfaces() {
        return interfaces;
    }

    @Override
    long lastTimestampNs() {
        return Long.MAX_VALUE;
    }

    @Override
    void packet(
            final ByteBuffer out,
            final long timestampNs,
            final DirectBuffer packet,
            final int offset,
            final int length,
            final int original,
            final int source) {
        final int kept = Math.min(length, snapLength);
        final int blockLength = PACKET_LENGTH + padded(kept);
        out.putInt(6).putInt(blockLength);
        out.putInt(source);
        out.putInt((int) (timestampNs >>> Integer.SIZE)).putInt((int) timestampNs);
        out.putInt(kept).putInt(original);
        put(out, packet, offset, kept);
        pad(out, kept);
        out.putInt(blockLength);
    }

    private static int padded(final int length) {
        return length + 3 & ~3;
    }

    private static void pad(final ByteBuffer out, final int length) {
        for (int i = length; i < padded(length); i++) {
            out.put((byte) 0);
        }
    }
}
