package io.xdp4j.vm;

/**
 * What a helper or kfunc wants in one argument; the names are those of the kernel's {@code enum bpf_arg_type}, Linux
 * 6.18. The checked interpreter proves each before the call; the function itself trusts them.
 */
public enum ArgumentType {
    /** Any number. */
    ANYTHING,
    /** A map: the handle of a live one. */
    CONST_MAP_PTR,
    /** Readable memory of the map's key size; the map is the nearest CONST_MAP_PTR before. */
    PTR_TO_MAP_KEY,
    /** Readable memory of the map's value size. */
    PTR_TO_MAP_VALUE,
    /** Writable memory of the map's value size. */
    PTR_TO_UNINIT_MAP_VALUE,
    /** Readable memory; its size is the next argument, or the prototype's fixed size. */
    PTR_TO_MEM,
    /** The same, or null with size 0. */
    PTR_TO_MEM_OR_NULL,
    /** Writable memory; its size is the next argument, or the prototype's fixed size. */
    PTR_TO_UNINIT_MEM,
    /** Size of the memory before, at least 1. */
    CONST_SIZE,
    /** Size of the memory before, 0 or more. */
    CONST_SIZE_OR_ZERO,
    /** The program's context. */
    PTR_TO_CTX,
    /** A function of the program's. */
    PTR_TO_FUNC,
    /** Memory that {@code ringbuf_reserve} gave and that was not submitted yet; the function checks it. */
    PTR_TO_RINGBUF_MEM,
    /** A {@code struct bpf_spin_lock} in a map value. */
    PTR_TO_SPIN_LOCK,
    /** A {@code struct bpf_timer} in a map value. */
    PTR_TO_TIMER,
    /** A {@code struct bpf_dynptr} on the stack, 16 bytes. */
    PTR_TO_DYNPTR,
    /** A {@code struct bpf_iter_*} on the stack; the prototype's fixed size says how large. */
    PTR_TO_ITERATOR,
    /** A NUL-terminated string in readable memory; the function checks it. */
    PTR_TO_CONST_STR
}
