package io.xdp4j.capture;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;

/** Writes pcap; see {@link PcapDecoder} for the layout. */
final class PcapEncoder extends Encoder {

    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final CaptureFormat format;
    private int interfaces;

    PcapEncoder(final CaptureFormat format, final int snapLength) {
        super(snapLength);
        this.format = format;
    }

    @Override
    void start(final ByteBuffer out) {
        out.putInt(format == CaptureFormat.PCAP_NANOS ? 0xa1b23c4d : 0xa1b2c3d4);
        out.putShort((short) PcapDecoder.VERSION_MAJOR).putShort((short) PcapDecoder.VERSION_MINOR);
        out.putInt(0).putInt(0);
        out.putInt(snapLength).putInt(LinkType.ETHERNET);
    }

    @Override
    void declare(final ByteBuffer out, final CaptureInterface added) {
        interfaces++;
    }

    @Override
    int interfaces() {
        return interfaces;
    }

    @Override
    long lastTimestampNs() {
        return (1L << Integer.SIZE) * NS_PER_SECOND - 1;
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
        out.putInt((int) (timestampNs / NS_PER_SECOND));
        out.putInt((int) (timestampNs % NS_PER_SECOND) / format.tickNs());
        out.putInt(kept).putInt(original);
        put(out, packet, offset, kept);
    }
}
