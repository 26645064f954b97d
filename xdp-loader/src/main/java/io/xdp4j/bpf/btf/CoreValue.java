package io.xdp4j.bpf.btf;

/**
 * What an instruction has to hold for one side of a relocation.
 *
 * @param value offset, size, flag, shift, type id or enumerator
 * @param size bytes that a load or store of the field moves, or 0 where the instruction's size does not matter
 * @param typeId type of the field, where {@code size} is not 0
 * @param exact whether the compiler must have written exactly this value: bitfields leave it a choice
 */
record CoreValue(long value, long size, int typeId, boolean exact) {

    private static CoreValue of(final long value) {
        return new CoreValue(value, 0, 0, true);
    }

    /** Value where the target has what the relocation asks for. */
    static CoreValue found(final CoreSpec spec, final CoreRelocation.Kind kind) {
        return switch (kind) {
            case FIELD_EXISTS, TYPE_EXISTS, TYPE_MATCHES, ENUMVAL_EXISTS -> of(1);
            case TYPE_ID_LOCAL, TYPE_ID_TARGET -> new CoreValue(spec.rootTypeId, 0, 0, false);
            case TYPE_SIZE -> of(size(spec.btf, spec.rootTypeId));
            case ENUMVAL_VALUE ->
                of(((BtfType.Enumeration) spec.btf.type(spec.last().typeId()))
                        .values()
                        .get(spec.last().index())
                        .value());
            case FIELD_BYTE_OFFSET, FIELD_BYTE_SIZE, FIELD_SIGNED, FIELD_LSHIFT_U64, FIELD_RSHIFT_U64 ->
                spec.last().name() == null ? element(spec, kind) : member(spec, kind);
        };
    }

    /** Whether an instruction can go on where the target lacks what the relocation asks for: it then holds 0. */
    static boolean mayBeMissing(final CoreRelocation.Kind kind) {
        return switch (kind) {
            case FIELD_EXISTS, ENUMVAL_EXISTS, TYPE_EXISTS, TYPE_MATCHES, TYPE_SIZE, TYPE_ID_TARGET, TYPE_ID_LOCAL ->
                true;
            case FIELD_BYTE_OFFSET, FIELD_BYTE_SIZE, FIELD_SIGNED, FIELD_LSHIFT_U64, FIELD_RSHIFT_U64, ENUMVAL_VALUE ->
                false;
        };
    }

    static CoreValue missing() {
        return of(0);
    }

    private static CoreValue element(final CoreSpec spec, final CoreRelocation.Kind kind) {
        final int typeId = spec.last().typeId();
        final long size = size(spec.btf, typeId);
        return switch (kind) {
            case FIELD_BYTE_OFFSET -> new CoreValue(spec.bitOffset / 8, size, typeId, true);
            case FIELD_BYTE_SIZE -> of(size);
            default -> throw new CoreException("not defined for an element of an array");
        };
    }

    private static CoreValue member(final CoreSpec spec, final CoreRelocation.Kind kind) {
        final CoreSpec.Step step = spec.last();
        final BtfType.Member member =
                ((BtfType.Composite) spec.btf.type(step.typeId())).members().get(step.index());
        final int typeId = spec.btf.skipModifiers(member.typeId());
        final boolean bitfield = member.bitfieldSize() > 0;
        long size = size(spec.btf, typeId);
        long byteOffset = spec.bitOffset / 8;
        long bits = size * 8;
        if (bitfield) {
            bits = member.bitfieldSize();
            size = bitfieldLoad(size, spec.bitOffset, bits);
            byteOffset = spec.bitOffset / 8 / size * size;
        }
        return switch (kind) {
            case FIELD_BYTE_OFFSET ->
                bitfield ? new CoreValue(byteOffset, 0, 0, false) : new CoreValue(byteOffset, size, typeId, true);
            case FIELD_BYTE_SIZE -> new CoreValue(size, 0, 0, !bitfield);
            case FIELD_SIGNED -> of(isSigned(spec.btf.type(typeId)) ? 1 : 0);
            case FIELD_LSHIFT_U64 -> new CoreValue(leftShift(spec, byteOffset, size, bits), 0, 0, !bitfield);
            case FIELD_RSHIFT_U64 -> of(64 - bits);
            default -> throw new IllegalStateException("not a field: kind=" + kind);
        };
    }

    /** Bytes of the smallest aligned load, no smaller than the field's type, that has all bits of a bitfield. */
    private static long bitfieldLoad(final long typeSize, final long bitOffset, final long bits) {
        if (typeSize < 1 || typeSize > 8 || Long.bitCount(typeSize) != 1) {
            throw new CoreException("bitfield of a type of " + typeSize + " bytes");
        }
        for (long size = typeSize; size <= 8; size *= 2) {
            final long start = bitOffset / 8 / size * size * 8;
            if (bitOffset + bits <= start + size * 8) {
                return size;
            }
        }
        throw new CoreException("no load of 8 bytes has the whole bitfield: bitOffset=" + bitOffset + ", bits=" + bits);
    }

    /** How far to shift a loaded 64-bit register so that the field's highest bit is bit 63. */
    private static long leftShift(final CoreSpec spec, final long byteOffset, final long size, final long bits) {
        final long firstBit = spec.bitOffset - byteOffset * 8;
        return spec.btf.order() == java.nio.ByteOrder.LITTLE_ENDIAN
                ? 64 - (firstBit + bits)
                : (8 - size) * 8 + firstBit;
    }

    private static boolean isSigned(final BtfType type) {
        return switch (type) {
            case BtfType.Int number -> number.isSigned();
            case BtfType.Enumeration enumeration -> enumeration.signed();
            default -> false;
        };
    }

    private static long size(final Btf btf, final int typeId) {
        final long size = btf.sizeOrMinusOne(typeId);
        if (size < 0) {
            throw new CoreException(BtfFormatter.describe(btf, typeId) + " has no size");
        }
        return size;
    }
}
