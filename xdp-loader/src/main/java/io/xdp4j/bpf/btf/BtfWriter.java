package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds BTF: from nothing, on a base, or as a changed copy of another.
 *
 * <p>A copy keeps type ids and string offsets, so that the line and function information that refers to them stays true.
 * For one thread.
 */
public final class BtfWriter {

    private final @Nullable Btf base;
    private final int firstId;
    private final int firstString;
    private final List<BtfType> types = new ArrayList<>();
    private final Map<String, Integer> offsetsOfStrings = new HashMap<>();
    private byte[] strings;
    private int stringsLength;

    private BtfWriter(final @Nullable Btf base, final byte[] strings) {
        this.base = base;
        this.firstId = base == null ? 1 : base.size();
        this.firstString = base == null ? 0 : base.stringsEnd();
        this.strings = strings;
        this.stringsLength = strings.length;
        offsetsOfStrings.put("", 0);
        int start = 0;
        for (int at = 0; at < strings.length; at++) {
            if (strings[at] == 0) {
                final String string = new String(strings, start, at - start, StandardCharsets.UTF_8);
                offsetsOfStrings.putIfAbsent(string, firstString + start);
                start = at + 1;
            }
        }
    }

    /** Starts with no types. */
    public static BtfWriter empty() {
        return new BtfWriter(null, new byte[1]);
    }

    /** Starts with no types but those of a base, which is not written. */
    public static BtfWriter on(final Btf base) {
        return new BtfWriter(base, new byte[0]);
    }

    /** Starts with the types and strings of another, and its base. */
    public static BtfWriter of(final Btf btf) {
        final BtfWriter writer = new BtfWriter(btf.base(), btf.ownStrings().copy());
        for (int id = btf.firstId(); id < btf.size(); id++) {
            writer.types.add(btf.type(id));
        }
        return writer;
    }

    /** One past the last id. */
    public int size() {
        return firstId + types.size();
    }

    /** The type with this id, as it will be written. */
    public BtfType type(final int id) {
        return id < firstId && base != null ? base.type(id) : types.get(id - firstId);
    }

    /** Adds a type and returns its id. Ids in it may be of types that come later. */
    public int add(final BtfType type) {
        types.add(type);
        return size() - 1;
    }

    /** Puts another type in the place of the one with this id. */
    public void set(final int id, final BtfType type) {
        types.set(id - firstId, type);
    }

    /** Offset of a string in the string table; added if it is not there. */
    public int intern(final String string) {
        final Integer known = offsetsOfStrings.get(string);
        if (known != null) {
            return known;
        }
        final byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
        if (string.indexOf(0) >= 0) {
            throw new IllegalArgumentException("BTF string holds NUL: length=" + bytes.length + " bytes");
        }
        final int offset = firstString + stringsLength;
        final int needed = stringsLength + bytes.length + 1;
        if (needed > strings.length) {
            strings = Arrays.copyOf(strings, Math.max(needed, strings.length + (strings.length >> 1)));
        }
        System.arraycopy(bytes, 0, strings, stringsLength, bytes.length);
        strings[needed - 1] = 0;
        stringsLength = needed;
        offsetsOfStrings.put(string, offset);
        return offset;
    }

    /** The section: header, types, strings. */
    public byte[] toBytes(final ByteOrder order) {
        int typesLength = 0;
        for (final BtfType type : types) {
            typesLength += 12 + type.kind().tailLength() + type.kind().partLength() * BtfEncoder.parts(type);
        }
        final ByteBuffer encoded = ByteBuffer.allocate(typesLength).order(order);
        for (final BtfType type : types) {
            new BtfEncoder(this, encoded).encode(type);
        }
        return ByteBuffer.allocate(BtfHeader.LENGTH + typesLength + stringsLength)
                .order(order)
                .putShort((short) BtfHeader.MAGIC)
                .put((byte) BtfHeader.VERSION)
                .put((byte) 0)
                .putInt(BtfHeader.LENGTH)
                .putInt(0)
                .putInt(typesLength)
                .putInt(typesLength)
                .putInt(stringsLength)
                .put(encoded.flip())
                .put(strings, 0, stringsLength)
                .array();
    }

    /**
     * The types written so far as a {@link Btf} in native byte order, checked as one that was read.
     *
     * @param file name for messages
     */
    public Btf toBtf(final String file) {
        final ByteOrder order = ByteOrder.nativeOrder();
        return Btf.parse(new ByteReader(file, ".BTF", ByteBuffer.wrap(toBytes(order)), order), base);
    }
}
