package io.xdp4j.capture;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads the packets of a capture file, one after the other, without copying them: pcap (micro- and nanoseconds, both
 * byte orders) and pcapng, told apart by their first bytes. Only Ethernet.
 *
 * <p>A regular file is mapped, a window at a time, and may be larger than memory; a pipe is read through a buffer.
 * Nothing is allocated per packet.
 *
 * <pre>{@code
 * try (CaptureReader reader = CaptureReader.open(file)) {
 *     while (reader.advance()) {
 *         use(reader.packet(), reader.capturedLength(), reader.timestampNs());
 *     }
 * }
 * }</pre>
 *
 * <p>A damaged file delivers the packets before the damage, then a {@link CaptureException}, again at every further
 * call; so does one that ends within a packet, as with tcpdump. One thread at a time.
 *
 * <p>If another process cuts a mapped file short, that ends in a {@code CaptureException} too. In the rare case that
 * this happens within the last 64 KiB handed out, the JVM may throw {@link InternalError} from whatever code is then
 * running: around code that reads packets where they lie, catch it and throw {@link #explain} of it.
 */
public final class CaptureReader implements AutoCloseable {

    /** The name that stands for standard input, and output. */
    public static final String STANDARD_STREAM = "-";

    private final Input in;
    private final Decoder decoder;
    private final UnsafeBuffer packet = new UnsafeBuffer(0, 0);
    private long packets;

    private CaptureReader(final Input in) {
        this.in = in;
        try {
            this.decoder = Decoder.open(in);
        } catch (final InternalError fault) {
            final CaptureException reason = in.explain(fault);
            in.close();
            throw reason;
        } catch (final RuntimeException failure) {
            in.close();
            throw failure;
        }
    }

    /**
     * Opens a capture and reads its header.
     *
     * @param file a file, a named pipe, or {@code -} for standard input
     * @throws CaptureException if it cannot be opened, or is not a capture, or of a kind that is not supported
     */
    public static CaptureReader open(final Path file) {
        return open(file, MappedInput.WINDOW);
    }

    static CaptureReader open(final Path file, final int windowLength) {
        final String name = file.toString();
        try {
            if (name.equals(STANDARD_STREAM)) {
                return new CaptureReader(new StreamInput(name, new FileInputStream(FileDescriptor.in).getChannel()));
            }
            if (Files.isDirectory(file)) {
                throw CaptureException.at("cannot open capture", name, -1, "(is a directory)");
            }
            final FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            return new CaptureReader(
                    Files.isRegularFile(file)
                            ? new MappedInput(name, channel, windowLength)
                            : new StreamInput(name, channel));
        } catch (final IOException failure) {
            throw CaptureException.because("cannot open capture", name, failure);
        }
    }

    /**
     * Reads a capture from a stream, which {@link #close} closes.
     *
     * @param name for messages
     * @throws CaptureException as {@link #open}
     */
    public static CaptureReader of(final InputStream stream, final String name) {
        return new CaptureReader(new StreamInput(name, Channels.newChannel(stream)));
    }

    /**
     * Goes to the next packet.
     *
     * @return false at the end of the capture
     * @throws CaptureException if the file is damaged here, cut short, or cannot be read
     */
    public boolean advance() {
        try {
            if (!decoder.advance()) {
                packet.wrap(0, 0);
                return false;
            }
            packet.wrap(in.window, decoder.packetIndex, decoder.capturedLength);
            packets++;
            return true;
        } catch (final InternalError fault) {
            packet.wrap(0, 0);
            throw in.explain(fault);
        } catch (final CaptureException failure) {
            packet.wrap(0, 0); // the window may have moved from under it
            in.requireWhole();
            throw failure;
        }
    }

    /**
     * The current packet's bytes where they lie, in off-heap memory: the same object every time, good until the next
     * {@link #advance}, {@link #rewind} or {@link #close}, empty when there is no packet. The memory is read-only: a write
     * ends the process.
     */
    public DirectBuffer packet() {
        return packet;
    }

    /** Bytes of the current packet that the file holds, 0 to {@link CaptureFormat#MAX_PACKET_LENGTH}. */
    public int capturedLength() {
        return packet.capacity();
    }

    /** Bytes that the current packet had when it was captured, as the file says. */
    public int originalLength() {
        return decoder.originalLength;
    }

    /** Whether the file holds less than the whole of the current packet. */
    public boolean truncated() {
        return packet.capacity() < decoder.originalLength;
    }

    /** When the current packet was captured: ns since 1970-01-01 UTC; 0 where the file does not say. */
    public long timestampNs() {
        return decoder.timestampNs;
    }

    /** The current packet's interface, an index into {@link #interfaces}. */
    public int interfaceIndex() {
        return decoder.interfaceIndex;
    }

    /**
     * The interfaces that the file has described so far, in the order in which it does; a view that grows. A pcapng
     * section starts to number them anew, this list does not.
     */
    public List<CaptureInterface> interfaces() {
        return decoder.interfaces();
    }

    /**
     * Copies the current packet.
     *
     * @param maxLength bytes to copy at most
     * @return bytes copied
     */
    public int copyTo(final MutableDirectBuffer target, final int index, final int maxLength) {
        final int length = Math.min(packet.capacity(), maxLength);
        try {
            packet.getBytes(0, target, index, length);
        } catch (final InternalError fault) {
            throw in.explain(fault);
        }
        return length;
    }

    /** Packets delivered since the file was opened or rewound. */
    public long packets() {
        return packets;
    }

    /** How the file is laid out. */
    public CaptureFormat format() {
        return decoder.format();
    }

    /** The file's name, as given. */
    public String file() {
        return in.file();
    }

    /** Bytes read so far: the offset of the packet after the current one. */
    public long position() {
        return in.offset();
    }

    /** Length of the file in bytes, or -1 for a stream. */
    public long size() {
        return in.size();
    }

    /** Whether the capture can be read again: a file can, a stream cannot. */
    public boolean rewindable() {
        return in.size() >= 0;
    }

    /**
     * Goes back to before the first packet.
     *
     * @throws CaptureException if this is a stream
     */
    public void rewind() {
        packet.wrap(0, 0);
        packets = 0;
        if (!in.rewind()) {
            throw in.error("capture cannot be read twice", -1, "(a stream: save it to a file first)");
        }
        try {
            decoder.restart();
        } catch (final InternalError fault) {
            throw in.explain(fault);
        }
    }

    /** What the JVM's report of a fault in mapped memory means: most likely the file was cut short under us. */
    public CaptureException explain(final InternalError fault) {
        return in.explain(fault);
    }

    /** Lets go of the file and of the memory that {@link #packet} lay in. */
    @Override
    public void close() {
        packet.wrap(0, 0);
        in.close();
    }
}
