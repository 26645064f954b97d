package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfType;

/** Finds the fields of a key's type, for {@link KeyShape}. */
final class KeyFields {

    /** Deeper types and longer arrays are read by words. */
    private static final int DEPTH = 8;

    private static final int LENGTH = 128;

    /** Bit {@code i}: something begins at byte {@code i} of the first 64, or at {@code 64 + i}. */
    private long low;

    private long high;
    private final Btf btf;

    private KeyFields(final Btf btf) {
        this.btf = btf;
    }

    /** The shape of the spec's key; whole words if the object has no types. */
    static KeyShape shape(final MapSpec spec) {
        final Btf btf = spec.btf();
        long widths = 0;
        if (btf != null && spec.keyType() > 0 && spec.keyType() < btf.size()) {
            final KeyFields fields = new KeyFields(btf);
            fields.add(spec.keyType(), 0, 0);
            for (int word = 0; word < Math.min(32, LENGTH / 4); word++) {
                widths |= (long) fields.width(4 * word) << (2 * word);
            }
        }
        return KeyShape.of(spec.keySize(), widths);
    }

    private int width(final int offset) {
        if (begins(offset + 1) || begins(offset + 3)) {
            return KeyShape.BYTES;
        }
        return begins(offset + 2) ? KeyShape.HALVES : KeyShape.WHOLE;
    }

    private boolean begins(final int offset) {
        return ((offset < 64 ? low : high) >>> (offset & 63) & 1) != 0;
    }

    private void mark(final long offset) {
        if (offset < 64) {
            low |= 1L << offset;
        } else if (offset < LENGTH) {
            high |= 1L << (offset & 63);
        }
    }

    private void add(final int typeId, final long offset, final int depth) {
        if (depth > DEPTH || offset >= LENGTH) {
            return;
        }
        switch (btf.type(btf.skipModifiers(typeId))) {
            case BtfType.Struct struct -> members(struct, offset, depth);
            case BtfType.Array array -> elements(array, offset, depth);
            case BtfType.Int number -> field(offset, number.size());
            case BtfType.Enumeration number -> field(offset, number.size());
            default -> {
                // a union, pointer or float: how it is written is not known, or it fills its words
            }
        }
    }

    private void field(final long offset, final int size) {
        mark(offset);
        mark(offset + size);
    }

    private void members(final BtfType.Struct struct, final long offset, final int depth) {
        for (final BtfType.Member member : struct.members()) {
            if (member.bitfieldSize() == 0) {
                add(member.typeId(), offset + member.byteOffset(), depth + 1);
            }
        }
    }

    /** Bytes and halves in an array are mostly copied by larger pieces (an address, a name): only structs count. */
    private void elements(final BtfType.Array array, final long offset, final int depth) {
        final int element = btf.skipModifiers(array.elementTypeId());
        if (btf.type(element) instanceof BtfType.Struct struct && struct.size() > 0) {
            for (int i = 0; i < array.count() && offset + (long) i * struct.size() < LENGTH; i++) {
                add(element, offset + (long) i * struct.size(), depth + 1);
            }
        } else {
            mark(offset);
        }
    }
}
