package io.xdp4j.bpf.btf;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.agrona.DirectBuffer;

/**
 * Reads bytes, such as a key or value of a map, as a value of a C type and tells a {@link BtfValueVisitor}. For one thread.
 */
public final class BtfValueReader {

    private static final int MAX_DEPTH = 32;

    /** Numbers, texts, structs and arrays in one value, for each byte of it: unions show the same bytes several times. */
    private static final int MAX_PARTS_PER_BYTE = 64;

    private final Btf btf;
    private final DirectBuffer bytes;
    private final int start;
    private final int length;
    private final BtfValueVisitor visitor;
    private long partsLeft;

    private BtfValueReader(
            final Btf btf, final DirectBuffer bytes, final int start, final int length, final BtfValueVisitor visitor) {
        this.btf = btf;
        this.bytes = bytes;
        this.start = start;
        this.length = length;
        this.visitor = visitor;
        this.partsLeft = (long) MAX_PARTS_PER_BYTE * (length + 16);
    }

    /**
     * Reads one value, in the byte order of {@code btf}.
     *
     * @param id type of the value
     * @param offset bytes in the buffer before the value
     * @param length bytes of the value
     * @throws IllegalArgumentException if the type is larger than the value, has no size, or is too deeply nested
     */
    public static void read(
            final Btf btf,
            final int id,
            final DirectBuffer bytes,
            final int offset,
            final int length,
            final BtfValueVisitor visitor) {
        bytes.boundsCheck(offset, length);
        new BtfValueReader(btf, bytes, offset, length, visitor).value(id, 0, 0);
    }

    private void value(final int id, final long at, final int depth) {
        takePart(id, depth);
        switch (btf.type(id)) {
            case BtfType.Int number -> integer(number, at);
            case BtfType.Enumeration enumeration ->
                enumerator(enumeration, bits(at * 8, 8L * enumeration.size(), enumeration.signed()));
            case BtfType.FloatType number -> floating(number, at);
            case BtfType.Ptr _ -> visitor.symbol("0x" + Long.toHexString(bits(at * 8, 64, false)));
            case BtfType.Array array -> array(array, at, depth);
            case BtfType.Composite composite -> {
                visitor.beginObject();
                members(composite, at, depth);
                visitor.endObject();
            }
            case BtfType.Modifier modifier -> value(btf.skipModifiers(modifier.typeId()), at, depth + 1);
            case BtfType.Var variable -> value(btf.skipModifiers(variable.typeId()), at, depth + 1);
            case BtfType.Datasec section -> {
                visitor.beginObject();
                for (final BtfType.SectionVar variable : section.vars()) {
                    visitor.name(btf.name(variable.typeId()));
                    value(variable.typeId(), at + variable.offset(), depth + 1);
                }
                visitor.endObject();
            }
            case BtfType.VoidType _, BtfType.Fwd _, BtfType.Func _, BtfType.FuncProto _, BtfType.DeclTag _ ->
                throw new IllegalArgumentException("type has no values: type=" + BtfFormatter.describe(btf, id));
        }
    }

    private void takePart(final int id, final int depth) {
        if (depth > MAX_DEPTH || --partsLeft < 0) {
            throw new IllegalArgumentException("value too complex: type=" + BtfFormatter.describe(btf, id) + ", length="
                    + length + " bytes (at most " + MAX_DEPTH + " levels)");
        }
    }

    private void members(final BtfType.Composite composite, final long at, final int depth) {
        for (final BtfType.Member member : composite.members()) {
            final long bit = at * 8 + member.bitOffset();
            final int id = btf.skipModifiers(member.typeId());
            if (member.name().isEmpty()) {
                if (btf.type(id) instanceof BtfType.Composite nameless) {
                    takePart(id, depth);
                    members(nameless, bit / 8, depth + 1);
                }
                continue; // a nameless bitfield is padding
            }
            visitor.name(member.name());
            if (member.bitfieldSize() > 0) {
                bitfield(id, bit, member.bitfieldSize());
            } else {
                value(id, bit / 8, depth + 1);
            }
        }
    }

    private void bitfield(final int id, final long bit, final int size) {
        switch (btf.type(id)) {
            case BtfType.Enumeration enumeration -> enumerator(enumeration, bits(bit, size, enumeration.signed()));
            case BtfType.Int number when number.isBool() -> visitor.bool(bits(bit, size, false) != 0);
            case BtfType.Int number when number.isSigned() -> visitor.number(bits(bit, size, true));
            default -> unsigned(bits(bit, size, false));
        }
    }

    private void integer(final BtfType.Int number, final long at) {
        if (number.size() > 8) {
            visitor.symbol("0x" + HexFormat.of().formatHex(mostSignificantFirst(at, number.size())));
        } else if (number.isBool()) {
            visitor.bool(bits(at * 8, 8L * number.size(), false) != 0);
        } else if (number.isSigned()) {
            visitor.number(bits(at * 8 + number.bitOffset(), number.bits(), true));
        } else {
            unsigned(bits(at * 8 + number.bitOffset(), number.bits(), false));
        }
    }

    private byte[] mostSignificantFirst(final long at, final int size) {
        require(at, size);
        final byte[] copy = new byte[size];
        for (int index = 0; index < size; index++) {
            copy[isLittleEndian() ? size - 1 - index : index] = bytes.getByte(start + (int) at + index);
        }
        return copy;
    }

    private void unsigned(final long value) {
        if (value < 0) {
            visitor.unsigned(value);
        } else {
            visitor.number(value);
        }
    }

    private void enumerator(final BtfType.Enumeration enumeration, final long value) {
        for (final BtfType.Enumerator enumerator : enumeration.values()) {
            if (enumerator.value() == value) {
                visitor.symbol(enumerator.name());
                return;
            }
        }
        if (enumeration.signed()) {
            visitor.number(value);
        } else {
            unsigned(value);
        }
    }

    private void floating(final BtfType.FloatType number, final long at) {
        switch (number.size()) {
            case 4 -> visitor.number(Float.intBitsToFloat((int) bits(at * 8, 32, false)));
            case 8 -> visitor.number(Double.longBitsToDouble(bits(at * 8, 64, false)));
            default -> visitor.symbol("0x" + HexFormat.of().formatHex(mostSignificantFirst(at, number.size())));
        }
    }

    private void array(final BtfType.Array array, final long at, final int depth) {
        final int element = btf.skipModifiers(array.elementTypeId());
        final long count = Integer.toUnsignedLong(array.count());
        final long size = btf.sizeOrMinusOne(element);
        if (size < 0) {
            throw new IllegalArgumentException("type has no values: type=" + BtfFormatter.describe(btf, element));
        }
        if (btf.type(element) instanceof BtfType.Int number
                && number.size() == 1
                && number.name().equals("char")
                && isText(at, count)) {
            visitor.text(text(at, count));
            return;
        }
        visitor.beginArray();
        for (long index = 0; index < count; index++) {
            value(element, at + index * size, depth + 1);
        }
        visitor.endArray();
    }

    /** Whether there are only printable characters, and then only NULs. */
    private boolean isText(final long at, final long count) {
        require(at, count);
        boolean ended = false;
        for (int index = 0; index < count; index++) {
            final byte one = bytes.getByte(start + (int) at + index);
            if (one == 0) {
                ended = true;
            } else if (ended || one < ' ' || one == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private String text(final long at, final long count) {
        final byte[] copy = new byte[(int) count];
        bytes.getBytes(start + (int) at, copy);
        int end = 0;
        while (end < copy.length && copy[end] != 0) {
            end++;
        }
        return new String(copy, 0, end, StandardCharsets.US_ASCII);
    }

    /** Bits of the value as a number; in big-endian, bit 0 is the highest of the first byte. */
    private long bits(final long first, final long count, final boolean signed) {
        if (count < 1 || count > 64) {
            throw new IllegalArgumentException("number of " + count + " bits (1 to 64)");
        }
        require(first / 8, (first % 8 + count + 7) / 8);
        long value = 0;
        for (long bit = first; bit < first + count; ) {
            final int within = (int) (bit % 8);
            final int taken = (int) Math.min(8 - within, first + count - bit);
            final int octet = bytes.getByte(start + (int) (bit / 8)) & 0xff;
            if (isLittleEndian()) {
                value |= (long) ((octet >>> within) & ((1 << taken) - 1)) << (bit - first);
            } else {
                value = (value << taken) | ((octet >>> (8 - within - taken)) & ((1 << taken) - 1));
            }
            bit += taken;
        }
        final int unused = (int) (64 - count);
        return signed ? value << unused >> unused : value;
    }

    private boolean isLittleEndian() {
        return btf.order() == ByteOrder.LITTLE_ENDIAN;
    }

    private void require(final long at, final long size) {
        if (at > length - size) {
            throw new IllegalArgumentException(
                    "value shorter than its type: length=" + length + " bytes, needs " + (at + size) + " bytes");
        }
    }
}
