package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfType;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Turns the bytes of a key or value into the text that {@link ValueParser} reads back. */
final class ValuePrinter {

    private static final int MAX_ELEMENTS = 64;

    /** Types within types: a hostile structure may name itself as its own member. */
    private static final int MAX_DEPTH = 32;

    /** Types that hold nothing may hold it many times over: past so many characters every field is a question mark. */
    private static final int TEXT_LIMIT = 1 << 16;

    private final @Nullable Btf btf;
    private final boolean prefix;

    /** A printer of keys or values; {@code prefix} for the keys of a longest-prefix-match map. */
    ValuePrinter(final @Nullable Btf btf, final boolean prefix) {
        this.btf = btf;
        this.prefix = prefix;
    }

    static ValuePrinter forKey(final io.xdp4j.bpf.MapSpec spec) {
        return new ValuePrinter(spec.btf(), spec.type() == MapType.LPM_TRIE);
    }

    static ValuePrinter forValue(final io.xdp4j.bpf.MapSpec spec) {
        return new ValuePrinter(spec.btf(), false);
    }

    /** The text; {@code typeId} is 0 where the type is not known. */
    String print(final byte[] bytes, final int typeId) {
        if (prefix && (bytes.length == 8 || bytes.length == 20)) {
            return Addresses.text(Arrays.copyOfRange(bytes, 4, bytes.length)) + "/"
                    + integer(bytes, 0, 4, false, false);
        }
        if (btf == null || typeId == 0) {
            return untyped(bytes);
        }
        final StringBuilder text = new StringBuilder();
        print(btf, typeId, bytes, 0, text, 0);
        return text.toString();
    }

    private static String untyped(final byte[] bytes) {
        return switch (bytes.length) {
            case 0 -> "";
            case 1, 2, 4, 8 -> integer(bytes, 0, bytes.length, false, false).toString();
            default -> "hex:" + HexFormat.of().formatHex(bytes);
        };
    }

    private static void print(
            final Btf types,
            final int typeId,
            final byte[] bytes,
            final int offset,
            final StringBuilder text,
            final int depth) {
        if (depth > MAX_DEPTH || text.length() > TEXT_LIMIT || types.resolveSize(typeId) > bytes.length - offset) {
            text.append('?');
            return;
        }
        final boolean network = ValueParser.isNetworkOrder(types, typeId);
        switch (types.type(types.skipModifiers(typeId))) {
            case final BtfType.Int scalar -> {
                if (network && scalar.size() == 4) {
                    text.append(Addresses.text(Arrays.copyOfRange(bytes, offset, offset + 4)));
                } else {
                    text.append(integer(bytes, offset, scalar.size(), scalar.isSigned(), network));
                }
            }
            case final BtfType.Enumeration constants -> text.append(constant(constants, bytes, offset));
            case final BtfType.Array array -> printArray(types, array, bytes, offset, text, depth);
            case final BtfType.Composite fields -> printFields(types, fields, bytes, offset, text, depth);
            default -> {
                final int size = types.resolveSize(typeId);
                text.append(untyped(Arrays.copyOfRange(bytes, offset, offset + size)));
            }
        }
    }

    private static void printArray(
            final Btf types,
            final BtfType.Array array,
            final byte[] bytes,
            final int offset,
            final StringBuilder text,
            final int depth) {
        final int elementSize = types.resolveSize(array.elementTypeId());
        final int length = elementSize * array.count();
        final byte[] all = Arrays.copyOfRange(bytes, offset, offset + length);
        final boolean byteArray =
                elementSize == 1 && types.type(types.skipModifiers(array.elementTypeId())) instanceof BtfType.Int;
        if (byteArray && (length == 4 || length == 6 || length == 16)) {
            text.append(Addresses.text(all));
            return;
        }
        if (byteArray) {
            text.append("hex:").append(HexFormat.of().formatHex(all));
            return;
        }
        text.append('{');
        for (int i = 0; i < Math.min(array.count(), MAX_ELEMENTS); i++) {
            text.append(i == 0 ? "" : ",");
            print(types, array.elementTypeId(), bytes, offset + i * elementSize, text, depth + 1);
        }
        text.append(array.count() > MAX_ELEMENTS ? ",… " + (array.count() - MAX_ELEMENTS) + " more}" : "}");
    }

    private static void printFields(
            final Btf types,
            final BtfType.Composite composite,
            final byte[] bytes,
            final int offset,
            final StringBuilder text,
            final int depth) {
        if (composite instanceof BtfType.Union && !composite.members().isEmpty()) {
            print(types, composite.members().getFirst().typeId(), bytes, offset, text, depth + 1);
            return;
        }
        text.append('{');
        boolean first = true;
        for (final BtfType.Member member : BtfTexts.named(composite)) {
            text.append(first ? "" : ",");
            first = false;
            if (member.bitfieldSize() != 0) {
                text.append(BtfTexts.bitfield(member, bytes, offset));
            } else {
                print(types, member.typeId(), bytes, offset + member.byteOffset(), text, depth + 1);
            }
        }
        text.append('}');
    }

    private static String constant(final BtfType.Enumeration constants, final byte[] bytes, final int offset) {
        final BigInteger value = integer(bytes, offset, constants.size(), constants.signed(), false);
        for (final BtfType.Enumerator constant : constants.values()) {
            if (constant.value() == value.longValue()) {
                return constant.name();
            }
        }
        return value.toString();
    }

    static BigInteger integer(
            final byte[] bytes, final int offset, final int size, final boolean signed, final boolean network) {
        final byte[] bigEndian = new byte[size];
        for (int i = 0; i < size; i++) {
            bigEndian[i] = bytes[offset + (network ? i : size - 1 - i)];
        }
        return signed ? new BigInteger(bigEndian) : new BigInteger(1, bigEndian);
    }
}
