package io.xdp4j.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.agrona.BufferUtil;

/**
 * A pipe or other source without positions, read through a buffer that starts as long as a pipe's own and grows to the
 * longest piece asked for, at most {@value Input#MAX_PIECE} bytes.
 */
final class StreamInput extends Input {

    private static final int INITIAL_LENGTH = 64 << 10;

    private final ReadableByteChannel channel;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(INITIAL_LENGTH);
    private boolean closed;

    /** Takes over a channel, to close it. */
    StreamInput(final String file, final ReadableByteChannel channel) {
        super(file);
        this.channel = channel;
        window.wrap(buffer);
    }

    @Override
    boolean fill(final int length) {
        if (closed) {
            throw new IllegalStateException("capture is closed: file=" + file());
        }
        if (buffer.capacity() - index < length) {
            makeRoom(length);
        }
        buffer.limit(buffer.capacity()).position(limit);
        while (limit - index < length) {
            if (read() < 0) {
                return false;
            }
            limit = buffer.position();
        }
        return true;
    }

    private void makeRoom(final int length) {
        buffer.limit(limit).position(index);
        if (buffer.capacity() < length) {
            final ByteBuffer old = buffer;
            buffer = ByteBuffer.allocateDirect(Integer.highestOneBit(length - 1) << 1)
                    .put(old);
            window.wrap(buffer);
            BufferUtil.free(old);
        } else {
            buffer.compact();
        }
        base += index;
        limit -= index;
        index = 0;
    }

    private int read() {
        try {
            return channel.read(buffer);
        } catch (final IOException failure) {
            throw CaptureException.because("cannot read capture", file(), failure);
        }
    }

    @Override
    boolean seek(final long offset) {
        while (offset() + (limit - index) < offset) {
            base += limit;
            index = 0;
            limit = 0;
            if (!fill(1)) {
                return false;
            }
        }
        index = (int) (offset - base);
        return true;
    }

    @Override
    long end() {
        return base + limit;
    }

    @Override
    long size() {
        return -1;
    }

    @Override
    boolean rewind() {
        return false;
    }

    @Override
    void requireWhole() {
        // what has been read stays
    }

    @Override
    CaptureException explain(final InternalError fault) {
        throw fault;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        window.wrap(0, 0);
        index = 0;
        limit = 0;
        BufferUtil.free(buffer);
        try {
            channel.close();
        } catch (final IOException failure) {
            throw CaptureException.because("cannot close capture", file(), failure);
        }
    }
}
