package io.xdp4j.capture;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;

/** Lays out one kind of capture file in a little-endian buffer, which has room. */
abstract sealed class Encoder permits PcapEncoder, PcapngEncoder {

    /** Most bytes that a packet takes besides its own. */
    static final int MAX_OVERHEAD = 64;

    final int snapLength;

    Encoder(final int snapLength) {
        this.snapLength = snapLength;
    }

    abstract void start(ByteBuffer out);

    abstract void declare(ByteBuffer out, CaptureInterface added);

    /** Interfaces declared so far. */
    abstract int interfaces();

    /** The last time that the layout can hold, ns since the epoch. */
    abstract long lastTimestampNs();

    abstract void packet(
            ByteBuffer out, long timestampNs, DirectBuffer packet, int offset, int length, int original, int source);

    static void put(final ByteBuffer out, final DirectBuffer packet, final int offset, final int length) {
        packet.getBytes(offset, out, out.position(), length);
        out.position(out.position() + length);
    }
}
