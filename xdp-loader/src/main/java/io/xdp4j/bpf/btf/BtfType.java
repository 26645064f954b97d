package io.xdp4j.bpf.btf;

import java.util.List;

/**
 * One type of a {@link Btf}. Types refer to each other by id; id 0 is {@code void}. Names are empty where a type is
 * anonymous. Sizes and offsets are bytes unless the name says bits. Immutable.
 *
 * <p>Source: {@code Documentation/bpf/btf.rst} and {@code include/uapi/linux/btf.h}, Linux 6.18.
 */
public sealed interface BtfType {

    /** Kind, as the file numbers it. */
    BtfKind kind();

    /** Name; empty for anonymous types and for kinds that have none. */
    default String name() {
        return "";
    }

    /** A type that stands for another one: typedef, qualifier or type tag. */
    sealed interface Modifier extends BtfType {
        int typeId();
    }

    /** Struct or union. */
    sealed interface Composite extends BtfType {
        int size();

        List<Member> members();
    }

    /** Enum of 32 or 64 bits. */
    sealed interface Enumeration extends BtfType {
        int size();

        boolean signed();

        List<Enumerator> values();
    }

    /** {@code void}, id 0; not in the file. */
    record VoidType() implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.VOID;
        }
    }

    /**
     * Integer.
     *
     * @param encoding 0 or one of {@link #SIGNED}, {@link #CHAR}, {@link #BOOL}
     * @param bitOffset first bit of the value: 0 but for old-style bitfields
     * @param bits bits of the value, 1 to 128
     */
    record Int(String name, int size, int encoding, int bitOffset, int bits) implements BtfType {
        public static final int SIGNED = 1;
        public static final int CHAR = 2;
        public static final int BOOL = 4;

        @Override
        public BtfKind kind() {
            return BtfKind.INT;
        }

        public boolean isSigned() {
            return (encoding & SIGNED) != 0;
        }

        public boolean isBool() {
            return (encoding & BOOL) != 0;
        }
    }

    /** Pointer. */
    record Ptr(int typeId) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.PTR;
        }
    }

    /**
     * Array.
     *
     * @param count number of elements, 0 for a flexible array
     */
    record Array(int elementTypeId, int indexTypeId, int count) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.ARRAY;
        }
    }

    /** Struct. */
    record Struct(String name, int size, List<Member> members) implements Composite {
        @Override
        public BtfKind kind() {
            return BtfKind.STRUCT;
        }
    }

    /** Union. */
    record Union(String name, int size, List<Member> members) implements Composite {
        @Override
        public BtfKind kind() {
            return BtfKind.UNION;
        }
    }

    /**
     * Member of a struct or union.
     *
     * @param bitOffset bits from the start of the composite
     * @param bitfieldSize bits, or 0 if the member is no bitfield
     */
    record Member(String name, int typeId, long bitOffset, int bitfieldSize) {
        /** Bytes from the start of the composite, rounded down. */
        public int byteOffset() {
            return (int) (bitOffset >>> 3);
        }
    }

    /** Enum whose values have 32 bits. */
    record Enum32(String name, int size, boolean signed, List<Enumerator> values) implements Enumeration {
        @Override
        public BtfKind kind() {
            return BtfKind.ENUM;
        }
    }

    /** Enum whose values have 64 bits. */
    record Enum64(String name, int size, boolean signed, List<Enumerator> values) implements Enumeration {
        @Override
        public BtfKind kind() {
            return BtfKind.ENUM64;
        }
    }

    /**
     * Named value of an enum.
     *
     * @param value sign-extended to 64 bits if the enum is signed, else zero-extended
     */
    record Enumerator(String name, long value) {}

    /** Declaration of a struct (or union) that is defined elsewhere. */
    record Fwd(String name, boolean union) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.FWD;
        }
    }

    /** Typedef. */
    record Typedef(String name, int typeId) implements Modifier {
        @Override
        public BtfKind kind() {
            return BtfKind.TYPEDEF;
        }
    }

    /** Volatile. */
    record Volatile(int typeId) implements Modifier {
        @Override
        public BtfKind kind() {
            return BtfKind.VOLATILE;
        }
    }

    /** Const. */
    record Const(int typeId) implements Modifier {
        @Override
        public BtfKind kind() {
            return BtfKind.CONST;
        }
    }

    /** Restrict. */
    record Restrict(int typeId) implements Modifier {
        @Override
        public BtfKind kind() {
            return BtfKind.RESTRICT;
        }
    }

    /**
     * Type tag: {@code __attribute__((btf_type_tag("name")))}.
     *
     * @param attribute whether the name is a whole attribute (kind flag, Linux 6.15)
     */
    record TypeTag(String name, int typeId, boolean attribute) implements Modifier {
        @Override
        public BtfKind kind() {
            return BtfKind.TYPE_TAG;
        }
    }

    /**
     * Function.
     *
     * @param typeId its {@link FuncProto}
     */
    record Func(String name, int typeId, BtfLinkage linkage) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.FUNC;
        }
    }

    /** Signature of a function; a last parameter without name and of type 0 stands for {@code ...}. */
    record FuncProto(int returnTypeId, List<Param> params) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.FUNC_PROTO;
        }
    }

    /** Parameter of a function. */
    record Param(String name, int typeId) {}

    /** Variable. */
    record Var(String name, int typeId, BtfLinkage linkage) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.VAR;
        }
    }

    /**
     * Section of variables.
     *
     * @param size bytes; 0 as the compiler writes it: a loader takes it from the ELF section
     */
    record Datasec(String name, int size, List<SectionVar> vars) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.DATASEC;
        }
    }

    /**
     * Place of a variable in its section.
     *
     * @param typeId a {@link Var}, or a {@link Func} for external functions
     * @param offset bytes; 0 as the compiler writes it: a loader takes it from the ELF symbol
     */
    record SectionVar(int typeId, int offset, int size) {}

    /** Floating-point number; its encoding is not recorded. */
    record FloatType(String name, int size) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.FLOAT;
        }
    }

    /**
     * Tag on a declaration: {@code __attribute__((btf_decl_tag("name")))}.
     *
     * @param typeId struct, union, function, variable or typedef
     * @param component index of the member or parameter, or -1 for the type itself
     * @param attribute whether the name is a whole attribute (kind flag, Linux 6.15)
     */
    record DeclTag(String name, int typeId, int component, boolean attribute) implements BtfType {
        @Override
        public BtfKind kind() {
            return BtfKind.DECL_TAG;
        }
    }
}
