package io.xdp4j.bpf.btf;

import java.util.List;
import java.util.Locale;

/**
 * Prints types as C. What would become too deep or too long, as only hostile types do, is cut with {@code ...}.
 */
public final class BtfFormatter {

    /** Pointers, arrays and nested composites in one declaration. */
    private static final int MAX_DEPTH = 48;

    /** Declarations in one definition; the kernel's largest structs have hundreds. */
    private static final int MAX_DECLARATIONS = 20_000;

    private static final String CUT = "...";

    private final Btf btf;
    private final boolean oneLine;
    private int declarationsLeft = MAX_DECLARATIONS;

    private BtfFormatter(final Btf btf, final boolean oneLine) {
        this.btf = btf;
        this.oneLine = oneLine;
    }

    /** Kind and name for messages, such as {@code struct key}, {@code typedef u32}, {@code ptr}. */
    public static String describe(final Btf btf, final int id) {
        final String name = btf.name(id);
        final String kind = btf.kind(id).name().toLowerCase(Locale.ROOT);
        return name.isEmpty() ? kind : kind + " " + name;
    }

    /** The type as a cast would name it: {@code const struct key *}. */
    public static String typeName(final Btf btf, final int id) {
        return declaration(btf, id, "");
    }

    /** A variable or member of the type, without semicolon: {@code __u8 addr[4]}, {@code int (*callback)(void *)}. */
    public static String declaration(final Btf btf, final int id, final String variable) {
        return new BtfFormatter(btf, true).declare(id, variable, 0, 0);
    }

    /** The whole type on one line: {@code struct key { __u32 prefixlen; __u8 addr[4]; }}. */
    public static String inline(final Btf btf, final int id) {
        return new BtfFormatter(btf, true).define(id);
    }

    /** The whole type as a source file would have it, members on lines of their own, without the last semicolon. */
    public static String definition(final Btf btf, final int id) {
        return new BtfFormatter(btf, false).define(id);
    }

    private String define(final int id) {
        return switch (btf.type(id)) {
            case BtfType.Composite composite -> head(composite) + body(composite, 0);
            case BtfType.Enumeration enumeration -> head(enumeration) + body(enumeration, 0);
            case BtfType.Typedef typedef -> "typedef " + declare(typedef.typeId(), typedef.name(), 0, 0);
            case BtfType.Func function ->
                linkage(function.linkage()) + declare(function.typeId(), function.name(), 0, 0);
            case BtfType.Var variable ->
                linkage(variable.linkage()) + declare(variable.typeId(), variable.name(), 0, 0);
            case BtfType.Datasec section -> section.name() + " " + body(section);
            case BtfType.DeclTag tag ->
                "__attribute__((btf_decl_tag(\"" + tag.name() + "\"))) of " + describe(btf, tag.typeId());
            default -> declare(id, "", 0, 0);
        };
    }

    private static String linkage(final BtfLinkage linkage) {
        return switch (linkage) {
            case STATIC -> "static ";
            case GLOBAL -> "";
            case EXTERN -> "extern ";
        };
    }

    /** C reads from the inside out: {@code inner} is what has been said so far, from the name on. */
    private String declare(final int id, final String inner, final int depth, final int indent) {
        if (depth > MAX_DEPTH || --declarationsLeft < 0) {
            return CUT;
        }
        return switch (btf.type(id)) {
            case BtfType.Ptr pointer -> declare(pointer.typeId(), star(pointer.typeId(), inner), depth + 1, indent);
            case BtfType.Array array ->
                declare(
                        array.elementTypeId(),
                        inner + "[" + (array.count() == 0 ? "" : Integer.toUnsignedString(array.count())) + "]",
                        depth + 1,
                        indent);
            case BtfType.FuncProto proto ->
                declare(proto.returnTypeId(), inner + params(proto.params(), depth), depth + 1, indent);
            case BtfType.Const qualified -> qualify("const", qualified, inner, depth, indent);
            case BtfType.Volatile qualified -> qualify("volatile", qualified, inner, depth, indent);
            case BtfType.Restrict qualified -> qualify("restrict", qualified, inner, depth, indent);
            case BtfType.TypeTag tag ->
                qualify("__attribute__((btf_type_tag(\"" + tag.name() + "\")))", tag, inner, depth, indent);
            case BtfType.Composite composite
            when composite.name().isEmpty() -> join(head(composite) + nestedBody(composite, depth, indent), inner);
            case BtfType.Composite composite -> join(keyword(composite) + " " + composite.name(), inner);
            case BtfType.Enumeration enumeration
            when enumeration.name().isEmpty() -> join(head(enumeration) + body(enumeration, indent), inner);
            case BtfType.Enumeration enumeration -> join("enum " + enumeration.name(), inner);
            case BtfType.Fwd forward -> join((forward.union() ? "union " : "struct ") + forward.name(), inner);
            case BtfType.VoidType _ -> join("void", inner);
            case BtfType named -> join(named.name(), inner);
        };
    }

    private String nestedBody(final BtfType.Composite composite, final int depth, final int indent) {
        final int levels = depth + 8; // a nested composite counts for several pointers: it takes much more stack
        return levels > MAX_DEPTH ? "{ " + CUT + " }" : body(composite, levels, indent);
    }

    private String star(final int pointee, final String inner) {
        final int target = btf.skipModifiers(pointee);
        final boolean parentheses =
                pointee == target && (btf.kind(target) == BtfKind.ARRAY || btf.kind(target) == BtfKind.FUNC_PROTO);
        return parentheses ? "(*" + inner + ")" : "*" + inner;
    }

    /** A qualifier stands before what it qualifies, or, if that is a pointer, after the star. */
    private String qualify(
            final String word, final BtfType.Modifier modifier, final String inner, final int depth, final int indent) {
        return btf.kind(modifier.typeId()) == BtfKind.PTR
                ? declare(modifier.typeId(), join(word, inner), depth + 1, indent)
                : word + " " + declare(modifier.typeId(), inner, depth + 1, indent);
    }

    private static String join(final String type, final String inner) {
        return inner.isEmpty() || inner.startsWith("[") ? type + inner : type + " " + inner;
    }

    private String params(final List<BtfType.Param> params, final int depth) {
        if (params.isEmpty()) {
            return "(void)";
        }
        final StringBuilder text = new StringBuilder("(");
        for (final BtfType.Param param : params) {
            if (declarationsLeft < 0) {
                break;
            }
            text.append(text.length() > 1 ? ", " : "");
            final boolean variadic = param.typeId() == 0 && param.name().isEmpty();
            text.append(variadic ? "..." : declare(param.typeId(), param.name(), depth + 4, 0));
        }
        return text.append(')').toString();
    }

    private static String keyword(final BtfType.Composite composite) {
        return composite.kind() == BtfKind.UNION ? "union" : "struct";
    }

    private static String head(final BtfType.Composite composite) {
        return keyword(composite) + (composite.name().isEmpty() ? " " : " " + composite.name() + " ");
    }

    private static String head(final BtfType.Enumeration enumeration) {
        return "enum " + (enumeration.name().isEmpty() ? "" : enumeration.name() + " ");
    }

    private String body(final BtfType.Composite composite, final int indent) {
        return body(composite, 0, indent);
    }

    private String body(final BtfType.Composite composite, final int depth, final int indent) {
        final StringBuilder text = new StringBuilder("{");
        for (final BtfType.Member member : composite.members()) {
            if (declarationsLeft < 0) {
                text.append(separator(indent + 1)).append(CUT);
                break;
            }
            text.append(separator(indent + 1)).append(declare(member.typeId(), member.name(), depth, indent + 1));
            if (member.bitfieldSize() > 0) {
                text.append(" : ").append(member.bitfieldSize());
            }
            text.append(';');
        }
        return text.append(separator(indent)).append('}').toString();
    }

    private String body(final BtfType.Enumeration enumeration, final int indent) {
        final StringBuilder text = new StringBuilder("{");
        String comma = "";
        for (final BtfType.Enumerator value : enumeration.values()) {
            if (--declarationsLeft < 0) {
                text.append(comma).append(separator(indent + 1)).append(CUT);
                break;
            }
            text.append(comma)
                    .append(separator(indent + 1))
                    .append(value.name())
                    .append(" = ");
            text.append(enumeration.signed() ? Long.toString(value.value()) : Long.toUnsignedString(value.value()));
            comma = ",";
        }
        return text.append(separator(indent)).append('}').toString();
    }

    private String body(final BtfType.Datasec section) {
        final StringBuilder text = new StringBuilder("{");
        for (final BtfType.SectionVar variable : section.vars()) {
            if (declarationsLeft < 0) {
                text.append(separator(1)).append(CUT);
                break;
            }
            text.append(separator(1)).append(define(btf, variable)).append(';');
        }
        return text.append(separator(0)).append('}').toString();
    }

    /** Only variables and functions stand in sections; anything else is named, so that sections in sections end. */
    private String define(final Btf types, final BtfType.SectionVar variable) {
        return switch (types.kind(variable.typeId())) {
            case VAR, FUNC -> define(variable.typeId());
            default -> declare(variable.typeId(), "", 0, 1);
        };
    }

    private String separator(final int indent) {
        return oneLine ? " " : "\n" + "    ".repeat(indent);
    }
}
