package io.xdp4j.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Lays out captures byte by byte, right or wrong, without the writer under test. */
final class CaptureBytes {

    static final int MICROS = 0xa1b2c3d4;
    static final int NANOS = 0xa1b23c4d;

    private final ByteBuffer out;

    private CaptureBytes(final ByteOrder order) {
        out = ByteBuffer.allocate(1 << 20).order(order);
    }

    static CaptureBytes in(final ByteOrder order) {
        return new CaptureBytes(order);
    }

    /** A little-endian pcap header in microseconds. */
    static CaptureBytes pcap(final int snapLength) {
        return in(ByteOrder.LITTLE_ENDIAN).header(MICROS, 2, 4, snapLength, 1);
    }

    /** A little-endian pcapng section header, and an Ethernet interface without options. */
    static CaptureBytes pcapng(final int snapLength) {
        return in(ByteOrder.LITTLE_ENDIAN).section().ethernet(snapLength);
    }

    CaptureBytes header(final int magic, final int major, final int minor, final int snapLength, final int link) {
        out.putInt(magic).putShort((short) major).putShort((short) minor);
        out.putLong(0).putInt(snapLength).putInt(link);
        return this;
    }

    CaptureBytes record(final int captured, final int original, final byte... bytes) {
        return ints(1_700_000_000, 5, captured, original).bytes(bytes);
    }

    CaptureBytes ints(final int... values) {
        for (final int value : values) {
            out.putInt(value);
        }
        return this;
    }

    CaptureBytes shorts(final int... values) {
        for (final int value : values) {
            out.putShort((short) value);
        }
        return this;
    }

    CaptureBytes longs(final long... values) {
        for (final long value : values) {
            out.putLong(value);
        }
        return this;
    }

    CaptureBytes bytes(final byte... values) {
        out.put(values);
        return this;
    }

    CaptureBytes section() {
        return block(0x0a0d0d0a, nested().ints(0x1a2b3c4d).shorts(1, 0).longs(-1));
    }

    CaptureBytes ethernet(final int snapLength) {
        return block(1, nested().shorts(1, 0).ints(snapLength));
    }

    /** An enhanced packet block. */
    CaptureBytes enhanced(final int source, final long ticks, final int original, final byte... bytes) {
        return block(
                6,
                nested().ints(source, (int) (ticks >>> 32), (int) ticks, bytes.length, original)
                        .bytes(bytes));
    }

    CaptureBytes block(final int type, final CaptureBytes body) {
        final byte[] padded = Arrays.copyOf(body.toArray(), (body.out.position() + 3) & ~3);
        return ints(type, padded.length + 12).bytes(padded).ints(padded.length + 12);
    }

    /** An empty one of the same byte order, for a body. */
    CaptureBytes nested() {
        return new CaptureBytes(out.order());
    }

    byte[] toArray() {
        return Arrays.copyOf(out.array(), out.position());
    }

    static Path resource(final String name) throws IOException {
        try {
            return Path.of(CaptureBytes.class.getResource("/capture/" + name).toURI());
        } catch (final java.net.URISyntaxException bad) {
            throw new IOException(bad);
        }
    }

    static Path write(final Path folder, final String name, final byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }
}
