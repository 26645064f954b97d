package io.xdp4j.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.agrona.BufferUtil;

/** A pipe or other source without positions, read through a buffer of {@value Input#MAX_PIECE} bytes. */
final class StreamInput extends Input {

    private final ReadableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_PIECE);
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
            buffer.position(index).limit(limit);
            buffer.compact();
            base += index;
            limit -= index;
            index = 0;
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
