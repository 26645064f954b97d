package io.xdp4j.verifier;

import java.util.Locale;

/** The rules that a program can break; {@code docs/verifier.md} has a section on each. */
public enum Rule {
    /** Malformed code: a bad field, a jump out of its function, a function without an end. */
    STRUCTURE,
    /** A register is read that was not written on this path. */
    UNINITIALISED_REGISTER,
    /** Stack is read that was not written on this path. */
    UNINITIALISED_STACK,
    /** An access outside of the 512 bytes of a frame, or not aligned. */
    STACK_BOUNDS,
    /** Functions nest too deep, or their stacks together are too large. */
    STACK_DEPTH,
    /** A packet access that is not proved to be inside of the packet. */
    PACKET_BOUNDS,
    /** An access outside of a map's value. */
    MAP_BOUNDS,
    /** An access outside of memory of a known size. */
    MEMORY_BOUNDS,
    /** A pointer is used that may be null. */
    NULL_POINTER,
    /** A context field is accessed at a wrong offset, in a wrong width, or is written. */
    CONTEXT,
    /** A number is used as a pointer. */
    NOT_A_POINTER,
    /** Arithmetic that a pointer does not allow. */
    POINTER_ARITHMETIC,
    /** A pointer is stored where others can read it, or returned. */
    POINTER_LEAK,
    /** An access that is not aligned where it has to be. */
    ALIGNMENT,
    /** Memory is written that may only be read. */
    READ_ONLY,
    /** A helper or kfunc that is not there, or not here. */
    UNKNOWN_FUNCTION,
    /** An argument is not what the helper, kfunc or function wants. */
    ARGUMENT,
    /** A map's kind does not go with what is done to it. */
    MAP,
    /** A reference is not released, or released twice. */
    REFERENCE,
    /** A spin lock is not taken or released as it has to be. */
    LOCK,
    /** A dynptr is not used as it has to be. */
    DYNPTR,
    /** An iterator is not used as it has to be. */
    ITERATOR,
    /** A callback, or a function called, returns what it may not. */
    RETURN_VALUE,
    /** A loop that never changes anything, or recursion. */
    LOOP,
    /** The program is too complex to be followed to its ends. */
    COMPLEXITY,
    /** An atomic operation on memory that does not allow it. */
    ATOMIC,
    /** An instruction that XDP programs cannot use. */
    UNSUPPORTED;

    /** As the documents and {@code --json} write it: {@code packet-bounds}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
