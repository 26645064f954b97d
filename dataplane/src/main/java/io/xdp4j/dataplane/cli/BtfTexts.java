package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.btf.BtfType;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;

/** Small questions about struct types that reading and printing values share. */
final class BtfTexts {

    private BtfTexts() {}

    /** Members that a value text gives: all but unnamed padding bit-fields. */
    static List<BtfType.Member> named(final BtfType.Composite composite) {
        return composite.members().stream()
                .filter(member -> !member.name().isEmpty() || member.bitfieldSize() == 0)
                .toList();
    }

    /** {@code {prefixlen,addr}}. */
    static String fieldNames(final BtfType.Composite composite) {
        return named(composite).stream().map(BtfType.Member::name).collect(Collectors.joining(",", "{", "}"));
    }

    /** The member of that name. */
    static BtfType.Member member(final BtfType.Composite composite, final String name) {
        return composite.members().stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no such field: " + name + " (fields: " + fieldNames(composite) + ")"));
    }

    static void putBitfield(final BtfType.Member member, final BigInteger value, final byte[] bytes, final int offset) {
        if (value.signum() < 0 || value.bitLength() > member.bitfieldSize()) {
            throw new IllegalArgumentException(
                    "number does not fit: " + value + ", field=" + member.name() + ", bits=" + member.bitfieldSize());
        }
        requireWithin(member, bytes, offset);
        for (int bit = 0; bit < member.bitfieldSize(); bit++) {
            final int position = offset * 8 + (int) member.bitOffset() + bit;
            final int mask = 1 << position % 8;
            bytes[position / 8] =
                    (byte) (value.testBit(bit) ? bytes[position / 8] | mask : bytes[position / 8] & ~mask);
        }
    }

    static long bitfield(final BtfType.Member member, final byte[] bytes, final int offset) {
        requireWithin(member, bytes, offset);
        long value = 0;
        for (int bit = 0; bit < member.bitfieldSize(); bit++) {
            final int position = offset * 8 + (int) member.bitOffset() + bit;
            value |= (long) (bytes[position / 8] >>> position % 8 & 1) << bit;
        }
        return value;
    }

    /** Type information may be at odds with itself: a variable may be smaller than its type, a field lie past its struct. */
    private static void requireWithin(final BtfType.Member member, final byte[] bytes, final int offset) {
        if (offset * 8L + member.bitOffset() + member.bitfieldSize() > bytes.length * 8L) {
            throw new IllegalArgumentException("field lies past the end of its value: field=" + member.name()
                    + ", value=" + bytes.length + " bytes");
        }
    }
}
