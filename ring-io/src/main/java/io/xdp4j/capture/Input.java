package io.xdp4j.capture;

import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The bytes of a capture, read forwards through a window of off-heap memory that slides over them.
 *
 * <pre>
 *   file    |---------------[=========window=========]----------------|
 *                           base      index      limit
 * </pre>
 *
 * <p>{@link #has} brings the next bytes into the window, in one piece; whoever asked then reads them at {@link #index}.
 * The window moves only in {@code has}, {@code seek} and {@code rewind}. One thread.
 */
abstract sealed class Input implements AutoCloseable permits MappedInput, StreamInput {

    /** Most bytes that may be asked for in one piece. */
    static final int MAX_PIECE = 1 << 20;

    final UnsafeBuffer window = new UnsafeBuffer(0, 0);

    /** Next byte to read, in the window. */
    int index;

    /** End of what may be read from the window before {@link #fill} has to be asked. */
    int limit;

    /** Offset of the window's first byte in the file. */
    long base;

    private final String file;

    Input(final String file) {
        this.file = file;
    }

    /** Name for messages. */
    final String file() {
        return file;
    }

    /** Offset in the file of the next byte to read. */
    final long offset() {
        return base + index;
    }

    /**
     * Brings the next {@code length} bytes into the window, if there are so many.
     *
     * @param length at most {@link #MAX_PIECE}
     */
    final boolean has(final int length) {
        return limit - index >= length || fill(length);
    }

    final int u8(final int at) {
        return window.getByte(index + at) & 0xff;
    }

    final int u16(final int at, final ByteOrder order) {
        return window.getShort(index + at, order) & 0xffff;
    }

    final int s32(final int at, final ByteOrder order) {
        return window.getInt(index + at, order);
    }

    final long u32(final int at, final ByteOrder order) {
        return s32(at, order) & 0xffff_ffffL;
    }

    final CaptureException error(final String what, final long offset, final String details) {
        return CaptureException.at(what, file, offset, details);
    }

    /** The error for something of {@code needs} bytes at {@code offset} that runs past the end of the file. */
    final CaptureException truncated(final String what, final long offset, final long needs) {
        return error(
                "truncated " + what,
                offset,
                "needs=" + needs + " bytes, left=" + Math.max(0, end() - offset) + " bytes");
    }

    abstract boolean fill(int length);

    /**
     * Moves forwards to an offset in the file.
     *
     * @return false, and moved to nowhere in particular, if that is past the end
     */
    abstract boolean seek(long offset);

    /** Offset of the end of the file; for a stream, of what was read, so call it once the end is met. */
    abstract long end();

    /** Length of the file in bytes, or -1 for a stream. */
    abstract long size();

    /** Goes back to the start; false for a stream. */
    abstract boolean rewind();

    /** Fails if the file has been cut short since it was opened, which explains whatever else is wrong with it. */
    abstract void requireWhole();

    /** What a fault in mapped memory means for the user. */
    abstract CaptureException explain(InternalError fault);

    @Override
    public abstract void close();
}
