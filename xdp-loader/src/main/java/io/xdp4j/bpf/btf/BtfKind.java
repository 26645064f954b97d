package io.xdp4j.bpf.btf;

/**
 * The kinds of type; the ordinal is the number in the file. Source: {@code include/uapi/linux/btf.h}, Linux 6.18, enum
 * {@code BTF_KIND_*}.
 */
public enum BtfKind {
    VOID,
    INT,
    PTR,
    ARRAY,
    STRUCT,
    UNION,
    ENUM,
    FWD,
    TYPEDEF,
    VOLATILE,
    CONST,
    RESTRICT,
    FUNC,
    FUNC_PROTO,
    VAR,
    DATASEC,
    FLOAT,
    DECL_TAG,
    TYPE_TAG,
    ENUM64;

    private static final BtfKind[] KINDS = values();

    static final int COUNT = KINDS.length;

    static BtfKind of(final int number) {
        return KINDS[number];
    }

    /** Whether the type only qualifies or renames another: typedef, const, volatile, restrict, type tag. */
    public boolean isModifier() {
        return switch (this) {
            case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> true;
            default -> false;
        };
    }

    /** Struct or union. */
    public boolean isComposite() {
        return this == STRUCT || this == UNION;
    }

    /** Enum of 32 or of 64 bits. */
    public boolean isEnum() {
        return this == ENUM || this == ENUM64;
    }

    /** Whether the third word of a type is the id of another type, and not a size. */
    boolean refersToType() {
        return switch (this) {
            case PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DECL_TAG, TYPE_TAG -> true;
            default -> false;
        };
    }

    /** Whether the count in the second word says how many parts follow; elsewhere it has to be 0. */
    boolean hasParts() {
        return partLength() > 0;
    }

    /** Bytes of each part (member, enumerator, parameter, variable) after the type. */
    int partLength() {
        return switch (this) {
            case STRUCT, UNION, ENUM64, DATASEC -> 12;
            case ENUM, FUNC_PROTO -> 8;
            default -> 0;
        };
    }

    /** Bytes that always follow the three words of a type. */
    int tailLength() {
        return switch (this) {
            case INT, VAR, DECL_TAG -> 4;
            case ARRAY -> 12;
            default -> 0;
        };
    }
}
