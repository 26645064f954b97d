package io.xdp4j.vm;

/**
 * What a helper or kfunc wants in one argument; the names are those of the kernel's {@code enum bpf_arg_type}, Linux
 * 6.18. The checked interpreter proves each before the call; the function itself trusts them.
 */
public enum ArgumentType {
    /** Any number. */
    ANYTHING,
    /** Whatever is there: the function reads it only where its other arguments say so. */
    DONTCARE,
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
    /** Memory that the program has filled and the function changes: {@code ARG_PTR_TO_MEM | MEM_WRITE}; sized likewise. */
    PTR_TO_WRITABLE_MEM,
    /** Writable memory; its size is the next argument, or the prototype's fixed size. */
    PTR_TO_UNINIT_MEM,
    /** Size of the memory before, at least 1. */
    CONST_SIZE,
    /** Size of the memory before, 0 or more. */
    CONST_SIZE_OR_ZERO,
    /** How many bytes at the returned address the program may touch: {@code ARG_CONST_ALLOC_SIZE_OR_ZERO}. */
    CONST_ALLOC_SIZE_OR_ZERO,
    /** An address on the stack, handed on to a function of the program's; or null. */
    PTR_TO_STACK_OR_NULL,
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
    /** A {@code struct bpf_dynptr} on the stack, 16 bytes, that some function has initialised. */
    PTR_TO_DYNPTR,
    /** 16 bytes of stack that become a {@code struct bpf_dynptr}. */
    PTR_TO_UNINIT_DYNPTR,
    /** A socket that a look-up gave: {@code ARG_PTR_TO_BTF_ID_SOCK_COMMON}. The JVM has none; the function checks it. */
    PTR_TO_SOCK_COMMON,
    /** A {@code struct bpf_iter_*} on the stack; the prototype's fixed size says how large. */
    PTR_TO_ITERATOR,
    /** A NUL-terminated string in readable memory; the function checks it. */
    PTR_TO_CONST_STR
}
