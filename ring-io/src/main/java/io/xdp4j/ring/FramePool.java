package io.xdp4j.ring;

import io.xdp4j.packet.FrameLayout;
import io.xdp4j.sys.NativeArea;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames of equal size in one off-heap area. A frame taken has one owner until it is recycled; one thread uses the pool.
 * Closing it ends every frame's life, taken or not.
 */
public final class FramePool implements AutoCloseable {

    private final int frameSize;
    private final NativeArea area;
    private final UnsafeBuffer buffer;
    private final int[] free;
    private int available;

    /**
     * Makes a pool of zero-filled frames.
     *
     * @param frameSize bytes, a multiple of 64, at least {@link FrameLayout#HEADROOM} + {@link FrameLayout#RESERVED_TAIL}
     *     + 64
     * @param frames how many, at least 1; together at most 2 GiB
     */
    public FramePool(final int frameSize, final int frames) {
        final int least = FrameLayout.HEADROOM + FrameLayout.RESERVED_TAIL + 64;
        if (frameSize < least || frameSize % 64 != 0) {
            throw new IllegalArgumentException(
                    "frame size must be a multiple of 64 of at least " + least + ": frameSize=" + frameSize + " bytes");
        }
        if (frames < 1 || (long) frames * frameSize > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("frames must be 1 or more and fit in 2 GiB: frames=" + frames
                    + ", frameSize=" + frameSize + " bytes");
        }
        this.frameSize = frameSize;
        this.area = new NativeArea((long) frames * frameSize, FrameLayout.PAGE);
        this.buffer = new UnsafeBuffer(area.address(), frames * frameSize);
        this.free = new int[frames];
        for (int i = 0; i < frames; i++) {
            free[i] = frames - 1 - i;
        }
        this.available = frames;
    }

    /** Bytes of a frame. */
    public int frameSize() {
        return frameSize;
    }

    /** Frames that can be taken now. */
    public int available() {
        return available;
    }

    /** Takes a frame: its address, or 0 if none is left. Its bytes are whatever they were. */
    public long take() {
        return available == 0 ? 0 : area.address() + (long) free[--available] * frameSize;
    }

    /** Gives a frame back; {@code address} may lie anywhere within it. */
    public void recycle(final long address) {
        final long offset = address - area.address();
        if (offset < 0 || offset >= area.length() || available == free.length) {
            throw new IllegalArgumentException(
                    "frame is not of this pool, or was recycled twice: address=0x" + Long.toHexString(address));
        }
        free[available++] = (int) (offset / frameSize);
    }

    /** The whole pool's memory. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    /** Where in {@link #buffer()} an address lies. */
    public int indexOf(final long address) {
        return (int) (address - area.address());
    }

    @Override
    public void close() {
        area.close();
    }
}
