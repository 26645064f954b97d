package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.vm.HelperSpec;
import org.jspecify.annotations.Nullable;

/** What is learnt of a call from its arguments, one after the other. */
final class Call {

    final HelperSpec callee;
    /** The map argument: its register. */
    @Nullable
    Reg mapReg;

    @Nullable
    MapSpec map;
    /** The key that is looked up, if it is a constant; else -1. */
    long constantKey = -1;
    /** Bytes of the memory that is given back. */
    int size = -1;
    /** The memory, record or object that is released. */
    @Nullable
    Reg released;
    /** The dynptr that is used. */
    @Nullable
    Reg dynptr;
    /** Where a dynptr is set up, and its size in bytes is known. */
    @Nullable
    Reg newDynptr;
    /** The iterator. */
    @Nullable
    Reg iterator;

    int iteratorSize;
    /** The function that is called back, and what it is given. */
    int function = -1;

    Reg context = Reg.NOT_INIT;
    /** The memory that a dynptr is set up on, or a slice is copied to. */
    @Nullable
    Reg memory;

    Call(final HelperSpec callee) {
        this.callee = callee;
    }

    boolean is(final String name) {
        return callee.name().equals(name);
    }

    String name() {
        return callee.id() == 0 ? callee.name() : "bpf_" + callee.name();
    }
}
