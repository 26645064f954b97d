package io.xdp4j.bpf.btf;

import java.nio.ByteBuffer;
import java.util.List;

/** Writes records as {@link BtfDecoder} reads them. */
final class BtfEncoder {

    private static final int KIND_FLAG = 1 << 31;
    private static final int MAX_PARTS = 0xffff;
    private static final int MAX_BITFIELD_OFFSET = 0xff_ffff;

    private final BtfWriter strings;
    private final ByteBuffer out;

    BtfEncoder(final BtfWriter strings, final ByteBuffer out) {
        this.strings = strings;
        this.out = out;
    }

    /** Number of parts that follow the type: members, enumerators, parameters or variables. */
    static int parts(final BtfType type) {
        return switch (type) {
            case BtfType.Composite composite -> composite.members().size();
            case BtfType.Enumeration enumeration -> enumeration.values().size();
            case BtfType.FuncProto proto -> proto.params().size();
            case BtfType.Datasec datasec -> datasec.vars().size();
            default -> 0;
        };
    }

    void encode(final BtfType type) {
        switch (type) {
            case BtfType.VoidType _ -> throw new IllegalArgumentException("void is not written: it is id 0");
            case BtfType.Int number -> {
                head(type, 0, number.size());
                out.putInt(number.encoding() << 24 | number.bitOffset() << 16 | number.bits());
            }
            case BtfType.Ptr pointer -> head(type, 0, pointer.typeId());
            case BtfType.Array array -> {
                head(type, 0, 0);
                out.putInt(array.elementTypeId()).putInt(array.indexTypeId()).putInt(array.count());
            }
            case BtfType.Composite composite -> composite(composite);
            case BtfType.Enumeration enumeration -> enumeration(enumeration);
            case BtfType.Fwd forward -> head(type, forward.union() ? KIND_FLAG : 0, 0);
            case BtfType.TypeTag tag -> head(type, tag.attribute() ? KIND_FLAG : 0, tag.typeId());
            case BtfType.Modifier modifier -> head(type, 0, modifier.typeId());
            case BtfType.Func function -> head(type, function.linkage().ordinal(), function.typeId());
            case BtfType.FuncProto proto -> {
                head(type, count(proto.params()), proto.returnTypeId());
                for (final BtfType.Param param : proto.params()) {
                    out.putInt(strings.intern(param.name())).putInt(param.typeId());
                }
            }
            case BtfType.Var variable -> {
                head(type, 0, variable.typeId());
                out.putInt(variable.linkage().ordinal());
            }
            case BtfType.Datasec datasec -> {
                head(type, count(datasec.vars()), datasec.size());
                for (final BtfType.SectionVar variable : datasec.vars()) {
                    out.putInt(variable.typeId()).putInt(variable.offset()).putInt(variable.size());
                }
            }
            case BtfType.FloatType number -> head(type, 0, number.size());
            case BtfType.DeclTag tag -> {
                head(type, tag.attribute() ? KIND_FLAG : 0, tag.typeId());
                out.putInt(tag.component());
            }
        }
    }

    private void head(final BtfType type, final int flagAndCount, final int third) {
        out.putInt(strings.intern(type.name()))
                .putInt(flagAndCount | type.kind().ordinal() << 24)
                .putInt(third);
    }

    private static int count(final List<?> parts) {
        if (parts.size() > MAX_PARTS) {
            throw new IllegalArgumentException(
                    "too many parts in one BTF type: count=" + parts.size() + " (at most " + MAX_PARTS + ")");
        }
        return parts.size();
    }

    private void composite(final BtfType.Composite composite) {
        final boolean bitfields = composite.members().stream().anyMatch(member -> member.bitfieldSize() != 0);
        head(composite, (bitfields ? KIND_FLAG : 0) | count(composite.members()), composite.size());
        for (final BtfType.Member member : composite.members()) {
            if (bitfields && member.bitOffset() > MAX_BITFIELD_OFFSET) {
                throw new IllegalArgumentException("member too far in a composite with bitfields: member="
                        + member.name() + ", bitOffset=" + member.bitOffset() + " (at most " + MAX_BITFIELD_OFFSET
                        + ")");
            }
            out.putInt(strings.intern(member.name()))
                    .putInt(member.typeId())
                    .putInt(member.bitfieldSize() << 24 | (int) member.bitOffset());
        }
    }

    private void enumeration(final BtfType.Enumeration enumeration) {
        head(enumeration, (enumeration.signed() ? KIND_FLAG : 0) | count(enumeration.values()), enumeration.size());
        for (final BtfType.Enumerator value : enumeration.values()) {
            out.putInt(strings.intern(value.name())).putInt((int) value.value());
            if (enumeration.kind() == BtfKind.ENUM64) {
                out.putInt((int) (value.value() >>> 32));
            }
        }
    }
}
