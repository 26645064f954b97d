package io.xdp4j.bpf.btf;

/**
 * An instruction that depends on the layout of a type, to be adjusted to the types of the machine that it will run on
 * ("compile once, run everywhere").
 *
 * @param pc slot of the instruction
 * @param typeId type in the object's own {@link Btf} that the access starts from
 * @param access indexes of array elements, members or enumerators on the way, such as {@code 0:1:2}
 * @param kind what the instruction needs to know
 */
public record CoreRelocation(int pc, int typeId, String access, Kind kind) {

    /**
     * What of a field, type or enumerator an instruction holds; the ordinal is the number in the file. Source: {@code
     * enum bpf_core_relo_kind} in {@code include/uapi/linux/bpf.h}, Linux 6.18.
     */
    public enum Kind {
        FIELD_BYTE_OFFSET,
        FIELD_BYTE_SIZE,
        FIELD_EXISTS,
        FIELD_SIGNED,
        FIELD_LSHIFT_U64,
        FIELD_RSHIFT_U64,
        TYPE_ID_LOCAL,
        TYPE_ID_TARGET,
        TYPE_EXISTS,
        TYPE_SIZE,
        ENUMVAL_EXISTS,
        ENUMVAL_VALUE,
        TYPE_MATCHES;

        private static final Kind[] KINDS = values();

        static final int COUNT = KINDS.length;

        static Kind of(final int number) {
            return KINDS[number];
        }

        boolean isField() {
            return ordinal() <= FIELD_RSHIFT_U64.ordinal();
        }

        boolean isEnumerator() {
            return this == ENUMVAL_EXISTS || this == ENUMVAL_VALUE;
        }

        boolean isType() {
            return !isField() && !isEnumerator();
        }

        /** Lower case with blanks, for messages: {@code field byte offset}. */
        String label() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        }
    }

    /** The same relocation for the instruction at another place, where code has been linked together. */
    public CoreRelocation at(final int newPc) {
        return new CoreRelocation(newPc, typeId, access, kind);
    }
}
