package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import java.util.ArrayList;
import java.util.List;

/** Makes the record of a type that {@link RecordCheck} has passed. */
final class BtfDecoder {

    private static final String WHAT = "BTF type";

    private final Btf btf;
    private final ByteReader section;
    private final int at;
    private final int parts;
    private final boolean kindFlag;

    BtfDecoder(final Btf btf, final ByteReader section, final int at) {
        this.btf = btf;
        this.section = section;
        this.at = at;
        this.parts = word(4) & 0xffff;
        this.kindFlag = word(4) < 0;
    }

    private int word(final int offset) {
        return section.s32(at + offset, WHAT);
    }

    private String name(final int offset) {
        return btf.string(word(offset));
    }

    BtfType decode() {
        final int third = word(8);
        return switch (BtfKind.of(word(4) >>> 24 & 0x1f)) {
            case VOID -> new BtfType.VoidType();
            case INT -> {
                final int encoding = word(12);
                yield new BtfType.Int(name(0), third, encoding >>> 24 & 0xf, encoding >>> 16 & 0xff, encoding & 0xff);
            }
            case PTR -> new BtfType.Ptr(third);
            case ARRAY -> new BtfType.Array(word(12), word(16), word(20));
            case STRUCT -> new BtfType.Struct(name(0), third, members());
            case UNION -> new BtfType.Union(name(0), third, members());
            case ENUM -> new BtfType.Enum32(name(0), third, kindFlag, enumerators());
            case FWD -> new BtfType.Fwd(name(0), kindFlag);
            case TYPEDEF -> new BtfType.Typedef(name(0), third);
            case VOLATILE -> new BtfType.Volatile(third);
            case CONST -> new BtfType.Const(third);
            case RESTRICT -> new BtfType.Restrict(third);
            case FUNC -> new BtfType.Func(name(0), third, BtfLinkage.of(parts));
            case FUNC_PROTO -> new BtfType.FuncProto(third, params());
            case VAR -> new BtfType.Var(name(0), third, BtfLinkage.of(word(12)));
            case DATASEC -> new BtfType.Datasec(name(0), third, sectionVars());
            case FLOAT -> new BtfType.FloatType(name(0), third);
            case DECL_TAG -> new BtfType.DeclTag(name(0), third, word(12), kindFlag);
            case TYPE_TAG -> new BtfType.TypeTag(name(0), third, kindFlag);
            case ENUM64 -> new BtfType.Enum64(name(0), third, kindFlag, enumerators64());
        };
    }

    private List<BtfType.Member> members() {
        final List<BtfType.Member> members = new ArrayList<>(parts);
        for (int part = 12; part < 12 + 12 * parts; part += 12) {
            final int raw = word(part + 8);
            final long bitOffset = kindFlag ? raw & 0xff_ffff : Integer.toUnsignedLong(raw);
            members.add(new BtfType.Member(name(part), word(part + 4), bitOffset, kindFlag ? raw >>> 24 : 0));
        }
        return List.copyOf(members);
    }

    private List<BtfType.Enumerator> enumerators() {
        final List<BtfType.Enumerator> values = new ArrayList<>(parts);
        for (int part = 12; part < 12 + 8 * parts; part += 8) {
            final int value = word(part + 4);
            values.add(new BtfType.Enumerator(name(part), kindFlag ? value : Integer.toUnsignedLong(value)));
        }
        return List.copyOf(values);
    }

    private List<BtfType.Enumerator> enumerators64() {
        final List<BtfType.Enumerator> values = new ArrayList<>(parts);
        for (int part = 12; part < 12 + 12 * parts; part += 12) {
            final long low = Integer.toUnsignedLong(word(part + 4));
            values.add(new BtfType.Enumerator(name(part), low | (long) word(part + 8) << 32));
        }
        return List.copyOf(values);
    }

    private List<BtfType.Param> params() {
        final List<BtfType.Param> params = new ArrayList<>(parts);
        for (int part = 12; part < 12 + 8 * parts; part += 8) {
            params.add(new BtfType.Param(name(part), word(part + 4)));
        }
        return List.copyOf(params);
    }

    private List<BtfType.SectionVar> sectionVars() {
        final List<BtfType.SectionVar> vars = new ArrayList<>(parts);
        for (int part = 12; part < 12 + 12 * parts; part += 12) {
            vars.add(new BtfType.SectionVar(word(part), word(part + 4), word(part + 8)));
        }
        return List.copyOf(vars);
    }
}
