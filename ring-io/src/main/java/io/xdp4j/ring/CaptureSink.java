package io.xdp4j.ring;

import io.xdp4j.capture.CaptureInterface;
import io.xdp4j.capture.CaptureWriter;
import io.xdp4j.packet.Burst;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes packets out of bursts to a capture file, a packet in several frames as one. One thread's. */
public final class CaptureSink implements AutoCloseable {

    private final CaptureWriter writer;
    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private final ExpandableArrayBuffer whole = new ExpandableArrayBuffer(1 << 16);

    /** Makes a sink; {@link #close} closes the writer. */
    public CaptureSink(final CaptureWriter writer) {
        this.writer = writer;
    }

    /** Makes the capture's interfaces known to the file. */
    public void declare(final List<CaptureInterface> interfaces) {
        writer.declare(interfaces);
    }

    /**
     * Writes the packet whose first frame is in {@code slot}, as it is now.
     *
     * @param missingLength bytes on the wire beyond those at hand
     * @param captureInterface a declared interface of the file
     * @throws io.xdp4j.capture.CaptureException if it cannot be written
     */
    public void write(final Burst burst, final int slot, final int missingLength, final int captureInterface) {
        if ((burst.options[slot] & Burst.CONTINUES) == 0) {
            final int length = burst.length[slot];
            frame.wrap(burst.data[slot], length);
            writer.write(burst.timestampNs[slot], frame, 0, length, length + missingLength, captureInterface);
            return;
        }
        int length = 0;
        for (int part = slot; part < burst.next(slot); part++) {
            frame.wrap(burst.data[part], burst.length[part]);
            whole.putBytes(length, frame, 0, burst.length[part]);
            length += burst.length[part];
        }
        writer.write(burst.timestampNs[slot], whole, 0, length, length + missingLength, captureInterface);
    }

    /** Packets written so far. */
    public long packets() {
        return writer.packets();
    }

    @Override
    public void close() {
        writer.close();
    }
}
