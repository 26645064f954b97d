package io.xdp4j.capture;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;

/**
 * Writes packets to a capture file of Ethernet frames, little-endian, through a buffer of {@value #BUFFER_LENGTH} bytes.
 *
 * <p>The file grows by whole packets, so whatever of it has been written can be read. Nothing is allocated per packet.
 * One thread at a time.
 */
public final class CaptureWriter implements AutoCloseable {

    private static final int BUFFER_LENGTH = 1 << 20;

    private final String file;
    private final WritableByteChannel channel;
    private final Encoder encoder;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    private long packets;
    private boolean closed;

    private CaptureWriter(
            final String file, final WritableByteChannel channel, final CaptureFormat format, final int snapLength) {
        this.file = file;
        this.channel = channel;
        final int kept = snapLength == 0 ? CaptureFormat.MAX_PACKET_LENGTH : snapLength;
        this.encoder = format == CaptureFormat.PCAPNG ? new PcapngEncoder(kept) : new PcapEncoder(format, kept);
        encoder.start(buffer);
    }

    /**
     * Creates a file, or empties the one that is there.
     *
     * @param file a file, a named pipe, or {@code -} for standard output
     * @param snapLength bytes to keep of each packet, or 0 for all
     * @throws CaptureException if it cannot be created
     */
    public static CaptureWriter create(final Path file, final CaptureFormat format, final int snapLength) {
        requireSnapLength(snapLength);
        final String name = file.toString();
        try {
            final FileChannel channel = name.equals(CaptureReader.STANDARD_STREAM)
                    ? new FileOutputStream(FileDescriptor.out).getChannel()
                    : FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING);
            return new CaptureWriter(name, channel, format, snapLength);
        } catch (final IOException failure) {
            throw CaptureException.because("cannot create capture", name, failure);
        }
    }

    /**
     * Writes to a stream, which {@link #close} closes.
     *
     * @param name for messages
     * @param snapLength bytes to keep of each packet, or 0 for all
     */
    public static CaptureWriter of(
            final OutputStream stream, final String name, final CaptureFormat format, final int snapLength) {
        requireSnapLength(snapLength);
        return new CaptureWriter(name, Channels.newChannel(stream), format, snapLength);
    }

    private static void requireSnapLength(final int snapLength) {
        if (snapLength < 0 || snapLength > CaptureFormat.MAX_PACKET_LENGTH) {
            throw new IllegalArgumentException("snap length out of range: snapLength=" + snapLength + " bytes (0 to "
                    + CaptureFormat.MAX_PACKET_LENGTH + ")");
        }
    }

    /**
     * Fails if both names are of one file: creating the output would destroy the input while it is read.
     *
     * @throws CaptureException if they are
     */
    public static void requireDifferent(final Path input, final Path output) {
        try {
            if (!output.toString().equals(CaptureReader.STANDARD_STREAM)
                    && Files.isRegularFile(output)
                    && Files.exists(input)
                    && Files.isSameFile(input, output)) {
                throw CaptureException.at(
                        "capture would be written over its own input",
                        output.toString(),
                        -1,
                        "input=" + input + " (name another file)");
            }
        } catch (final IOException failure) {
            throw CaptureException.because("cannot create capture", output.toString(), failure);
        }
    }

    /**
     * Makes interfaces known, those past the ones that already are; pcapng writes them down, pcap has no place for them.
     * A reader's list may be given again and again as it grows.
     */
    public void declare(final List<CaptureInterface> interfaces) {
        for (int i = encoder.interfaces(); i < interfaces.size(); i++) {
            reserve(PcapngEncoder.MAX_INTERFACE_LENGTH);
            encoder.declare(buffer, interfaces.get(i));
        }
    }

    /** Writes the reader's current packet, with its time, lengths and interface. */
    public void write(final CaptureReader reader) {
        if (encoder.interfaces() < reader.interfaces().size()) {
            declare(reader.interfaces());
        }
        write(
                reader.timestampNs(),
                reader.packet(),
                0,
                reader.capturedLength(),
                reader.originalLength(),
                reader.interfaceIndex());
    }

    /**
     * Writes a packet.
     *
     * @param timestampNs ns since 1970-01-01 UTC; pcap holds 1970 to 2106, pcapng up to 2262
     * @param packet where its bytes are
     * @param offset of its first byte in {@code packet}
     * @param capturedLength bytes there, 0 to {@link CaptureFormat#MAX_PACKET_LENGTH}; cut to the snap length
     * @param originalLength bytes that it had before it was cut
     * @param interfaceIndex index of a declared interface; where none was, 0 declares one without a name
     * @throws CaptureException if it cannot be written, or the format cannot hold its time
     */
    public void write(
            final long timestampNs,
            final DirectBuffer packet,
            final int offset,
            final int capturedLength,
            final int originalLength,
            final int interfaceIndex) {
        if (capturedLength < 0 || capturedLength > CaptureFormat.MAX_PACKET_LENGTH) {
            throw CaptureException.at(
                    "packet too long",
                    file,
                    -1,
                    "captured=" + capturedLength + " bytes (at most " + CaptureFormat.MAX_PACKET_LENGTH + ")");
        }
        if (timestampNs < 0 || timestampNs > encoder.lastTimestampNs()) {
            throw CaptureException.at(
                    "timestamp out of range", file, -1, "timestamp=" + timestampNs + " ns (pcap ends in 2106)");
        }
        if (interfaceIndex < 0 || interfaceIndex >= Math.max(1, encoder.interfaces())) {
            throw new IllegalArgumentException("interface was not declared: interface=" + interfaceIndex
                    + " (interfaces: " + encoder.interfaces() + ")");
        }
        if (encoder.interfaces() == 0) {
            reserve(PcapngEncoder.MAX_INTERFACE_LENGTH);
            encoder.declare(buffer, CaptureInterface.named(""));
        }
        reserve(capturedLength + Encoder.MAX_OVERHEAD);
        encoder.packet(buffer, timestampNs, packet, offset, capturedLength, originalLength, interfaceIndex);
        packets++;
    }

    /** Packets written so far. */
    public long packets() {
        return packets;
    }

    /** Hands what is buffered to the system. */
    public void flush() {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (final IOException failure) {
            throw CaptureException.because("cannot write capture", file, failure);
        } finally {
            buffer.clear();
        }
    }

    private void reserve(final int length) {
        if (closed) {
            throw new IllegalStateException("capture is closed: file=" + file);
        }
        if (buffer.remaining() < length) {
            flush();
        }
    }

    /** Writes what is buffered and closes the file. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (channel) {
            flush();
        } catch (final IOException failure) {
            throw CaptureException.because("cannot write capture", file, failure);
        } finally {
            BufferUtil.free(buffer);
        }
    }
}
