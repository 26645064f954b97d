package io.xdp4j.bpf.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Bounds-checked reads from one section of a file: whatever lies outside becomes an {@link ObjectFileException} that
 * says where. Offsets are bytes from the start of the section.
 */
public final class ByteReader {

    private final String file;
    private final @Nullable String section;
    private final ByteBuffer bytes;

    /**
     * Reads {@code bytes} as a section of a file.
     *
     * @param section name for messages, or null for the file itself
     */
    public ByteReader(
            final String file, final @Nullable String section, final ByteBuffer bytes, final ByteOrder order) {
        this.file = file;
        this.section = section;
        this.bytes = bytes.slice().order(order);
    }

    public String file() {
        return file;
    }

    public @Nullable String section() {
        return section;
    }

    public ByteOrder order() {
        return bytes.order();
    }

    /** Length in bytes. */
    public int length() {
        return bytes.limit();
    }

    /** Fails unless {@code [offset, offset + length)} lies inside. */
    public void require(final long offset, final long length, final String what) {
        if (offset < 0 || length < 0 || offset > bytes.limit() || length > bytes.limit() - offset) {
            throw error(
                    what + " runs past the end: needs " + length + " bytes, has "
                            + Math.max(0, bytes.limit() - Math.max(0, offset)),
                    offset);
        }
    }

    public int u8(final long offset, final String what) {
        require(offset, 1, what);
        return bytes.get((int) offset) & 0xff;
    }

    public int u16(final long offset, final String what) {
        require(offset, 2, what);
        return bytes.getShort((int) offset) & 0xffff;
    }

    public int s32(final long offset, final String what) {
        require(offset, 4, what);
        return bytes.getInt((int) offset);
    }

    public long u32(final long offset, final String what) {
        return s32(offset, what) & 0xffff_ffffL;
    }

    public long s64(final long offset, final String what) {
        require(offset, 8, what);
        return bytes.getLong((int) offset);
    }

    /** A copy of {@code length} bytes. */
    public byte[] bytes(final long offset, final int length, final String what) {
        require(offset, length, what);
        final byte[] copy = new byte[length];
        bytes.get((int) offset, copy);
        return copy;
    }

    /** A part of this section; messages count offsets from the part's start, under the name given. */
    public ByteReader slice(final long offset, final long length, final @Nullable String name, final String what) {
        require(offset, length, what);
        return new ByteReader(file, name, bytes.slice((int) offset, (int) length), bytes.order());
    }

    /** The bytes as a read-only view. */
    public ByteBuffer view() {
        return bytes.asReadOnlyBuffer().order(bytes.order());
    }

    /** A NUL-terminated UTF-8 string that starts at {@code offset}. */
    public String string(final long offset, final String what) {
        require(offset, 1, what);
        int end = (int) offset;
        while (end < bytes.limit() && bytes.get(end) != 0) {
            end++;
        }
        if (end == bytes.limit()) {
            throw error(what + " is not terminated", offset);
        }
        return new String(bytes(offset, end - (int) offset, what), StandardCharsets.UTF_8);
    }

    /** The exception for this file and section. */
    public ObjectFileException error(final String reason, final long offset) {
        return new ObjectFileException(reason, file, section, offset);
    }
}
