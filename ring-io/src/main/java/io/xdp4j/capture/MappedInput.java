package io.xdp4j.capture;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import org.agrona.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * A file through a read-only mapping of a part of it at a time, so that a capture may be larger than memory.
 *
 * <p>The file's length is taken once, on opening: what is appended later is not read. A file that another process cuts
 * short would make the processor fault on the pages that are gone (SIGBUS, which the JVM turns into an
 * {@link InternalError}, in compiled code not always at the instruction at fault). So the length is looked at again
 * every {@value #STEP} bytes, and what slips through is caught where the mapping is read.
 */
final class MappedInput extends Input {

    static final int WINDOW = 64 << 20;

    /** Bytes handed out between two looks at the file's length. */
    private static final int STEP = 64 << 10;

    private final FileChannel channel;
    private final int windowLength;
    private final long size;
    private @Nullable MappedByteBuffer mapping;

    /**
     * Takes over a channel, to close it.
     *
     * @param windowLength bytes to map at a time
     */
    MappedInput(final String file, final FileChannel channel, final int windowLength) throws IOException {
        super(file);
        this.channel = channel;
        this.windowLength = windowLength;
        this.size = channel.size();
    }

    @Override
    boolean fill(final int length) {
        final long left = size - offset();
        if (left < length) {
            return false;
        }
        requireWhole();
        if (window.capacity() - index < length) {
            map(offset(), (int) Math.min(left, Math.max(windowLength, length)));
        }
        limit = (int) Math.min(window.capacity(), (long) index + Math.max(length, STEP));
        return true;
    }

    private void map(final long start, final int length) {
        unmap();
        try {
            final MappedByteBuffer mapped = channel.map(MapMode.READ_ONLY, start, length);
            mapping = mapped;
            window.wrap(mapped);
        } catch (final IOException failure) {
            throw CaptureException.because("cannot map capture", file(), failure);
        }
        base = start;
        index = 0;
    }

    private void unmap() {
        window.wrap(0, 0);
        limit = 0;
        base += index;
        index = 0;
        final MappedByteBuffer old = mapping;
        mapping = null;
        if (old != null) {
            BufferUtil.free(old);
        }
    }

    @Override
    void requireWhole() {
        final long now;
        try {
            now = channel.size();
        } catch (final IOException failure) {
            throw CaptureException.because("cannot read capture", file(), failure);
        }
        if (now < size) {
            throw shrunk(now);
        }
    }

    private CaptureException shrunk(final long now) {
        return error(
                "capture was cut short while it was read",
                offset(),
                "size=" + now + " bytes, was=" + size + " bytes (copy it first, or stop its writer)");
    }

    @Override
    CaptureException explain(final InternalError fault) {
        try {
            requireWhole();
        } catch (final CaptureException shrunk) {
            return shrunk;
        }
        return error("cannot read capture", offset(), "(input/output error in mapped memory)");
    }

    @Override
    boolean seek(final long offset) {
        if (offset > size) {
            return false;
        }
        final long inWindow = offset - base;
        if (inWindow >= 0 && inWindow <= window.capacity()) {
            index = (int) inWindow;
            limit = index; // so that the next read looks at the file's length
        } else {
            unmap();
            base = offset;
        }
        return true;
    }

    @Override
    long end() {
        return size;
    }

    @Override
    long size() {
        return size;
    }

    @Override
    boolean rewind() {
        return seek(0);
    }

    @Override
    public void close() {
        unmap();
        try {
            channel.close();
        } catch (final IOException failure) {
            throw CaptureException.because("cannot close capture", file(), failure);
        }
    }
}
