package io.xdp4j.vm;

/** What a helper or kfunc leaves in r0; the names are those of the kernel's {@code enum bpf_return_type}, Linux 6.18. */
public enum ReturnType {
    /** A number. */
    INTEGER,
    /** Nothing: r0 may not be read. */
    VOID,
    /** The address of a value of the map in the first argument, or 0. */
    PTR_TO_MAP_VALUE_OR_NULL,
    /** An address of as many bytes as the prototype or a constant argument says, or 0. */
    PTR_TO_MEM_OR_NULL,
    /** An address that a verifier lets a program only pass on. */
    PTR_TO_BTF_ID_OR_NULL
}
