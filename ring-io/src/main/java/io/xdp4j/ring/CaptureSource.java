package io.xdp4j.ring;

import io.xdp4j.capture.CaptureFormat;
import io.xdp4j.capture.CaptureReader;
import io.xdp4j.packet.Burst;
import io.xdp4j.packet.FrameLayout;

/**
 * Receives a capture file's packets in bursts of frames, each copied once, from the file's memory into its frame.
 *
 * <p>A packet that is longer than a one-page frame holds ({@value FrameLayout#MAX_PACKET_IN_PAGE} bytes) comes in several
 * frames for a program that takes those ({@code xdp.frags}), and else in one large frame, as the kernel's generic XDP
 * linearises it. One thread's; the frames of a burst stay good until the next one is received.
 */
public final class CaptureSource implements AutoCloseable {

    /** Frames that one packet may take: the first, and {@code MAX_SKB_FRAGS} (17) more. */
    private static final int FRAMES_PER_PACKET = 18;

    /** Bytes that a frame after the first holds: it has no headroom. */
    private static final int FRAGMENT = FrameLayout.PAGE - FrameLayout.RESERVED_TAIL;

    private static final int MAX_IN_FRAMES = FrameLayout.MAX_PACKET_IN_PAGE + (FRAMES_PER_PACKET - 1) * FRAGMENT;
    private static final int LARGE =
            (CaptureFormat.MAX_PACKET_LENGTH + FrameLayout.HEADROOM + FrameLayout.RESERVED_TAIL + 63) & ~63;

    private final CaptureReader reader;
    private final boolean frags;
    private final FramePool frames;
    private final int[] missingLength;
    private final int[] captureInterface;
    private FramePool large;
    private boolean pending;
    private long truncated;

    /**
     * Makes a source.
     *
     * @param reader read by this source only from now on; the caller closes it
     * @param capacity slots of the bursts that it is to fill, at least 18
     * @param frags whether long packets come in several frames
     */
    public CaptureSource(final CaptureReader reader, final int capacity, final boolean frags) {
        if (capacity < FRAMES_PER_PACKET) {
            throw new IllegalArgumentException("burst too small for a packet in frames: capacity=" + capacity
                    + " (least " + FRAMES_PER_PACKET + ")");
        }
        this.reader = reader;
        this.frags = frags;
        this.frames = new FramePool(FrameLayout.PAGE, capacity);
        this.large = frames;
        this.missingLength = new int[capacity];
        this.captureInterface = new int[capacity];
    }

    /**
     * Fills the burst with the packets that follow; what it held before is gone.
     *
     * @return slots filled; 0 at the end of the capture
     * @throws io.xdp4j.capture.CaptureException if the file is damaged; packets before the damage were received
     */
    public int receive(final Burst burst) {
        recycle(burst);
        while (burst.count < burst.capacity() && (pending || advance(burst))) {
            final int length = reader.capturedLength();
            if (length <= FrameLayout.MAX_PACKET_IN_PAGE) {
                addFrame(burst, frames, length);
            } else if (frags && length <= MAX_IN_FRAMES) {
                final int more = (length - FrameLayout.MAX_PACKET_IN_PAGE + FRAGMENT - 1) / FRAGMENT;
                if (burst.count + 1 + more > burst.capacity()) {
                    pending = true;
                    break;
                }
                addFrames(burst, length);
            } else if (burst.count > 0) {
                pending = true;
                break;
            } else {
                addFrame(burst, large(), length);
                pending = false;
                break;
            }
            pending = false;
        }
        return burst.count;
    }

    /** Bytes on the wire beyond those that the capture holds, of the packet in {@code slot}. */
    public int missingLength(final int slot) {
        return missingLength[slot];
    }

    /** The capture's interface that the packet in {@code slot} came in on. */
    public int captureInterface(final int slot) {
        return captureInterface[slot];
    }

    /** Packets so far of which the capture holds only a part. */
    public long truncated() {
        return truncated;
    }

    /** Starts over before the first packet; frames that the burst holds come back. */
    public void rewind(final Burst burst) {
        recycle(burst);
        pending = false;
        reader.rewind();
    }

    private boolean advance(final Burst burst) {
        try {
            if (!reader.advance()) {
                return false;
            }
        } catch (final io.xdp4j.capture.CaptureException damage) {
            if (burst.count > 0) {
                // the reader says the same again at the next call, when these packets are done
                return false;
            }
            throw damage;
        }
        if (reader.truncated()) {
            truncated++;
        }
        return true;
    }

    private FramePool large() {
        if (large == frames) {
            large = new FramePool(LARGE, 1);
        }
        return large;
    }

    private void addFrame(final Burst burst, final FramePool pool, final int length) {
        final long frame = pool.take();
        final int slot = burst.add(frame, pool.frameSize(), length);
        reader.packet().getBytes(0, pool.buffer(), pool.indexOf(burst.data[slot]), length);
        describe(burst, slot);
    }

    private void addFrames(final Burst burst, final int length) {
        int done = FrameLayout.MAX_PACKET_IN_PAGE;
        addFrame(burst, frames, done);
        while (done < length) {
            burst.options[burst.count - 1] |= Burst.CONTINUES;
            final int part = Math.min(FRAGMENT, length - done);
            final long frame = frames.take();
            final int slot = burst.add(frame, FrameLayout.PAGE, part);
            burst.data[slot] = frame;
            reader.packet().getBytes(done, frames.buffer(), frames.indexOf(frame), part);
            describe(burst, slot);
            done += part;
        }
    }

    private void describe(final Burst burst, final int slot) {
        burst.timestampNs[slot] = reader.timestampNs();
        missingLength[slot] = reader.originalLength() - reader.capturedLength();
        captureInterface[slot] = reader.interfaceIndex();
    }

    private void recycle(final Burst burst) {
        for (int slot = 0; slot < burst.count; slot++) {
            (burst.frameSize[slot] == FrameLayout.PAGE ? frames : large).recycle(burst.frameStart[slot]);
        }
        burst.clear();
    }

    @Override
    public void close() {
        frames.close();
        large.close();
    }
}
