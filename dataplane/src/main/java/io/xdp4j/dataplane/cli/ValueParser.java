package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfType;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the text of a key or value into bytes, by its BTF type where there is one.
 *
 * <p>Numbers are decimal or {@code 0x…}; structs and arrays {@code {a,b,c}}, field by field; four, six or sixteen bytes may
 * be an IPv4, MAC or IPv6 address; a field in network order ({@code __be16}, {@code __be32}) is written as people write it;
 * a longest-prefix key is {@code 10.0.0.0/8}; an enum constant may stand by name; {@code hex:0a0b…} is bytes as they lie
 * in memory. Without types a value is a number of its size, an address, a prefix, or {@code hex:}.
 */
final class ValueParser {

    /** Types within types: a hostile structure may name itself as its only member, which takes no braces. */
    private static final int MAX_DEPTH = 32;

    private final @Nullable Btf btf;
    private final boolean prefix;
    private int depth;

    /** A parser for keys or values; {@code prefix} for the keys of a longest-prefix-match map. */
    ValueParser(final @Nullable Btf btf, final boolean prefix) {
        this.btf = btf;
        this.prefix = prefix;
    }

    static ValueParser forKey(final io.xdp4j.bpf.MapSpec spec) {
        return new ValueParser(spec.btf(), spec.type() == MapType.LPM_TRIE);
    }

    static ValueParser forValue(final io.xdp4j.bpf.MapSpec spec) {
        return new ValueParser(spec.btf(), false);
    }

    /** The {@code size} bytes that the text stands for; {@code typeId} is 0 where the type is not known. */
    byte[] parse(final String text, final int typeId, final int size) {
        final byte[] bytes = new byte[size];
        final String trimmed = text.strip();
        if (trimmed.startsWith("hex:")) {
            putHex(trimmed.substring(4), bytes, 0, size);
        } else if (prefix && !Tokens.isList(trimmed)) {
            putPrefix(trimmed, bytes);
        } else if (btf == null || typeId == 0) {
            putUntyped(trimmed, bytes, 0, size);
        } else {
            depth = 0;
            put(trimmed, btf, typeId, bytes, 0, size);
        }
        return bytes;
    }

    private static void putPrefix(final String text, final byte[] bytes) {
        final int slash = text.indexOf('/');
        final String address = slash < 0 ? text : text.substring(0, slash);
        final byte[] data = bytes.length == 8
                ? Addresses.ipv4(address)
                : bytes.length == 20
                        ? Addresses.ipv6(address)
                        : bad(text, "prefix of an unusual size: write it as {length,hex:…}");
        final int bits = data.length * 8;
        final long length = slash < 0 ? bits : number(text.substring(slash + 1)).longValue();
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException("prefix length out of range: " + text + " (0 to " + bits + ")");
        }
        putNumber(BigInteger.valueOf(length), text, bytes, 0, 4, false);
        System.arraycopy(data, 0, bytes, 4, data.length);
        for (int bit = (int) length; bit < bits; bit++) {
            if ((data[bit / 8] & 0x80 >>> bit % 8) != 0) {
                throw new IllegalArgumentException("prefix has bits set past its length: " + text);
            }
        }
    }

    private static void putUntyped(final String text, final byte[] bytes, final int offset, final int size) {
        if (Tokens.isList(text)) {
            bad(text, "list without type information (write hex:…)");
        } else if (size == 4 && Addresses.isIpv4(text)) {
            System.arraycopy(Addresses.ipv4(text), 0, bytes, offset, 4);
        } else if (size == 6 && Addresses.isMac(text)) {
            System.arraycopy(Addresses.mac(text), 0, bytes, offset, 6);
        } else if (size == 16 && text.contains(":")) {
            System.arraycopy(Addresses.ipv6(text), 0, bytes, offset, 16);
        } else {
            putNumber(number(text), text, bytes, offset, size, false);
        }
    }

    private void put(
            final String text,
            final Btf types,
            final int typeId,
            final byte[] bytes,
            final int offset,
            final int size) {
        if (text.startsWith("hex:")) {
            putHex(text.substring(4), bytes, offset, size);
            return;
        }
        if (depth > MAX_DEPTH) {
            bad(text, "types nested too deep (limit " + MAX_DEPTH + ")");
        }
        if (types.resolveSize(typeId) > bytes.length - offset) {
            bad(
                    text,
                    "type does not fit its value: type=" + types.resolveSize(typeId) + " bytes, value=" + bytes.length
                            + " bytes (write hex:…)");
        }
        final boolean network = isNetworkOrder(types, typeId);
        depth++;
        switch (types.type(types.skipModifiers(typeId))) {
            case final BtfType.Int scalar
            when network && Addresses.isIpv4(text) && scalar.size() == 4 ->
                System.arraycopy(Addresses.ipv4(text), 0, bytes, offset, 4);
            case final BtfType.Int scalar -> putNumber(number(text), text, bytes, offset, scalar.size(), network);
            case final BtfType.Enumeration constants ->
                putNumber(constant(constants, text), text, bytes, offset, constants.size(), false);
            case final BtfType.Array array -> putArray(text, types, array, bytes, offset);
            case final BtfType.Composite fields -> putFields(text, types, fields, bytes, offset);
            case final BtfType.Ptr _ -> putNumber(number(text), text, bytes, offset, Btf.POINTER_SIZE, false);
            default -> putUntyped(text, bytes, offset, size);
        }
        depth--;
    }

    private void putArray(
            final String text, final Btf types, final BtfType.Array array, final byte[] bytes, final int offset) {
        final int elementSize = types.resolveSize(array.elementTypeId());
        final int length = elementSize * array.count();
        if (!Tokens.isList(text)) {
            if (elementSize == 1 && text.startsWith("\"") && text.endsWith("\"") && text.length() >= 2) {
                final byte[] characters = text.substring(1, text.length() - 1).getBytes(StandardCharsets.UTF_8);
                if (characters.length >= length) {
                    bad(text, "text too long: limit=" + (length - 1) + " bytes");
                }
                System.arraycopy(characters, 0, bytes, offset, characters.length);
                return;
            }
            putUntyped(text, bytes, offset, length);
            return;
        }
        final List<String> elements = Tokens.fields(text);
        if (elements.size() > array.count()) {
            bad(Tokens.shorten(text), "too many elements: given=" + elements.size() + ", array=" + array.count());
        }
        for (int i = 0; i < elements.size(); i++) {
            put(elements.get(i), types, array.elementTypeId(), bytes, offset + i * elementSize, elementSize);
        }
    }

    private void putFields(
            final String text,
            final Btf types,
            final BtfType.Composite composite,
            final byte[] bytes,
            final int offset) {
        if (composite.members().isEmpty()) {
            putUntyped(text, bytes, offset, composite.size());
            return;
        }
        if (composite instanceof BtfType.Union && !Tokens.isList(text)) {
            final BtfType.Member first = composite.members().getFirst();
            put(text, types, first.typeId(), bytes, offset, composite.size());
            return;
        }
        if (!Tokens.isList(text)) {
            if (composite.members().size() == 1 || (composite.size() == 16 && text.contains(":"))) {
                putUntypedOrOnly(text, types, composite, bytes, offset);
                return;
            }
            bad(text, "struct wanted: " + BtfTexts.fieldNames(composite));
        }
        final List<String> fields = Tokens.fields(text);
        final List<BtfType.Member> members = BtfTexts.named(composite);
        if (members.size() == 1 && fields.size() > 1) {
            // as in C, the inner braces of an only member may be left out
            final BtfType.Member only = members.getFirst();
            put(text, types, only.typeId(), bytes, offset + only.byteOffset(), composite.size());
            return;
        }
        if (fields.size() > members.size()) {
            bad(text, "too many fields: given=" + fields.size() + ", wanted=" + BtfTexts.fieldNames(composite));
        }
        for (int i = 0; i < fields.size(); i++) {
            final String field = fields.get(i);
            final int equals = field.startsWith(".") ? field.indexOf('=') : -1;
            final BtfType.Member member = equals < 0
                    ? members.get(i)
                    : BtfTexts.member(composite, field.substring(1, equals).strip());
            if (member.bitfieldSize() != 0) {
                BtfTexts.putBitfield(member, number(field.substring(equals + 1)), bytes, offset);
            } else {
                put(
                        field.substring(equals + 1).strip(),
                        types,
                        member.typeId(),
                        bytes,
                        offset + member.byteOffset(),
                        types.resolveSize(member.typeId()));
            }
        }
    }

    private void putUntypedOrOnly(
            final String text,
            final Btf types,
            final BtfType.Composite composite,
            final byte[] bytes,
            final int offset) {
        if (composite.members().size() == 1) {
            final BtfType.Member only = composite.members().getFirst();
            put(text, types, only.typeId(), bytes, offset + only.byteOffset(), composite.size());
        } else {
            putUntyped(text, bytes, offset, composite.size());
        }
    }

    private static BigInteger constant(final BtfType.Enumeration constants, final String text) {
        for (final BtfType.Enumerator value : constants.values()) {
            if (value.name().equals(text)) {
                return BigInteger.valueOf(value.value());
            }
        }
        return number(text);
    }

    /** Whether a typedef on the way to the type says network order: {@code __be16}, {@code __be32}, {@code __be64}. */
    static boolean isNetworkOrder(final Btf types, final int typeId) {
        int id = typeId;
        for (int depth = 0; depth < 32 && types.type(id) instanceof final BtfType.Modifier modifier; depth++) {
            if (modifier.name().startsWith("__be") || modifier.name().startsWith("be")) {
                return true;
            }
            id = modifier.typeId();
        }
        return false;
    }

    private static BigInteger number(final String text) {
        final String trimmed = text.strip();
        final boolean negative = trimmed.startsWith("-");
        final String digits = negative ? trimmed.substring(1) : trimmed;
        try {
            if (digits.length() > 80 || digits.startsWith("-") || digits.startsWith("+")) {
                throw new NumberFormatException();
            }
            final BigInteger value = digits.startsWith("0x") || digits.startsWith("0X")
                    ? new BigInteger(digits.substring(2), 16)
                    : digits.equals("true")
                            ? BigInteger.ONE
                            : digits.equals("false") ? BigInteger.ZERO : new BigInteger(digits);
            return negative ? value.negate() : value;
        } catch (final NumberFormatException notANumber) {
            throw new IllegalArgumentException("not a number: " + Tokens.shorten(text), notANumber);
        }
    }

    private static void putNumber(
            final BigInteger value,
            final String text,
            final byte[] bytes,
            final int offset,
            final int size,
            final boolean network) {
        final boolean fits = value.signum() < 0 ? value.bitLength() < size * 8 : value.bitLength() <= size * 8;
        if (!fits) {
            throw new IllegalArgumentException(
                    "number does not fit: " + Tokens.shorten(text) + ", size=" + size + " bytes");
        }
        for (int i = 0; i < size; i++) {
            bytes[offset + (network ? size - 1 - i : i)] =
                    value.shiftRight(i * 8).byteValue();
        }
    }

    private static void putHex(final String digits, final byte[] bytes, final int offset, final int size) {
        final byte[] given;
        try {
            given = HexFormat.of().parseHex(digits.replaceAll("[\\s_]", ""));
        } catch (final IllegalArgumentException notHex) {
            throw new IllegalArgumentException("not hexadecimal bytes: hex:" + Tokens.shorten(digits), notHex);
        }
        if (given.length != size) {
            throw new IllegalArgumentException("wrong number of bytes: hex:" + Tokens.shorten(digits) + ", given="
                    + given.length + ", wanted=" + size);
        }
        System.arraycopy(given, 0, bytes, offset, size);
    }

    private static byte[] bad(final String text, final String reason) {
        throw new IllegalArgumentException(reason + ": " + Tokens.shorten(text));
    }
}
