package io.xdp4j.vm.helper;

import io.xdp4j.bpf.HelperId;
import io.xdp4j.vm.Argument;
import io.xdp4j.vm.ArgumentType;
import io.xdp4j.vm.HelperFunction;
import io.xdp4j.vm.HelperSpec;
import io.xdp4j.vm.ReturnType;
import java.util.List;

/** Words to write prototypes with, so that a table of them reads like the kernel's {@code struct bpf_func_proto}s. */
final class Prototype {

    static final Argument ANYTHING = Argument.of(ArgumentType.ANYTHING);
    static final Argument DONTCARE = Argument.of(ArgumentType.DONTCARE);
    static final Argument CTX = Argument.of(ArgumentType.PTR_TO_CTX);
    static final Argument MAP = Argument.of(ArgumentType.CONST_MAP_PTR);
    static final Argument KEY = Argument.of(ArgumentType.PTR_TO_MAP_KEY);
    static final Argument VALUE = Argument.of(ArgumentType.PTR_TO_MAP_VALUE);
    static final Argument UNINIT_VALUE = Argument.of(ArgumentType.PTR_TO_UNINIT_MAP_VALUE);
    static final Argument MEM = Argument.of(ArgumentType.PTR_TO_MEM);
    static final Argument MEM_OR_NULL = Argument.of(ArgumentType.PTR_TO_MEM_OR_NULL);
    static final Argument WRITABLE_MEM = Argument.of(ArgumentType.PTR_TO_WRITABLE_MEM);
    static final Argument UNINIT_MEM = Argument.of(ArgumentType.PTR_TO_UNINIT_MEM);
    static final Argument SIZE = Argument.of(ArgumentType.CONST_SIZE);
    static final Argument SIZE_OR_ZERO = Argument.of(ArgumentType.CONST_SIZE_OR_ZERO);
    static final Argument ALLOC_SIZE_OR_ZERO = Argument.of(ArgumentType.CONST_ALLOC_SIZE_OR_ZERO);
    static final Argument STRING = Argument.of(ArgumentType.PTR_TO_CONST_STR);
    static final Argument FUNCTION = Argument.of(ArgumentType.PTR_TO_FUNC);
    static final Argument STACK_OR_NULL = Argument.of(ArgumentType.PTR_TO_STACK_OR_NULL);
    static final Argument RINGBUF_MEM = Argument.of(ArgumentType.PTR_TO_RINGBUF_MEM);
    static final Argument SPIN_LOCK = Argument.of(ArgumentType.PTR_TO_SPIN_LOCK);
    static final Argument TIMER = Argument.of(ArgumentType.PTR_TO_TIMER);
    static final Argument DYNPTR = Argument.of(ArgumentType.PTR_TO_DYNPTR);
    static final Argument UNINIT_DYNPTR = Argument.of(ArgumentType.PTR_TO_UNINIT_DYNPTR);
    static final Argument SOCKET = Argument.of(ArgumentType.PTR_TO_SOCK_COMMON);

    private Prototype() {}

    /** Readable memory of a fixed size. */
    static Argument mem(final int size) {
        return new Argument(ArgumentType.PTR_TO_MEM, size);
    }

    /** Memory of a fixed size that is read and written. */
    static Argument writableMem(final int size) {
        return new Argument(ArgumentType.PTR_TO_WRITABLE_MEM, size);
    }

    /** Memory of a fixed size that is written. */
    static Argument uninitMem(final int size) {
        return new Argument(ArgumentType.PTR_TO_UNINIT_MEM, size);
    }

    /** An iterator's state of that size. */
    static Argument iterator(final int size) {
        return new Argument(ArgumentType.PTR_TO_ITERATOR, size);
    }

    /** A helper; its number is the kernel's. */
    static HelperSpec helper(
            final String name, final ReturnType result, final HelperFunction function, final Argument... arguments) {
        return new HelperSpec(HelperId.id(name), name, result, List.of(arguments), false, function);
    }

    /** A helper after which packet pointers are worthless. */
    static HelperSpec packetHelper(final String name, final HelperFunction function, final Argument... arguments) {
        return new HelperSpec(HelperId.id(name), name, ReturnType.INTEGER, List.of(arguments), true, function);
    }

    /** A kernel function. */
    static HelperSpec kfunc(
            final String name, final ReturnType result, final HelperFunction function, final Argument... arguments) {
        return new HelperSpec(0, name, result, List.of(arguments), false, function);
    }
}
