package io.xdp4j.verifier;

import io.xdp4j.vm.Execution;

/**
 * The stack, slot by slot.
 *
 * <p>Source: {@code check_stack_read()}, {@code check_stack_write()}, {@code check_stack_range_initialized()} in {@code
 * kernel/bpf/verifier.c}, Linux 6.18; unlike there, a load of which
 * no byte was written on the path is refused; functions may be given such stack, as there.
 */
final class StackRules {

    private final Proof proof;

    StackRules(final Proof proof) {
        this.proof = proof;
    }

    /** The slot of a byte at a (negative) offset from the frame pointer. */
    static int slotOf(final int offset) {
        return (-offset - 1) >> 3;
    }

    /** Which byte of its slot it is, counted from the lowest address. */
    static int byteOf(final int offset) {
        return offset & 7;
    }

    Reg load(final int register, final Reg base, final int insnOffset, final int size) {
        final Frame frame = proof.state.frame(base.range);
        final int offset = base.offset + insnOffset;
        if (!base.scalar.isConstant(0)) {
            return loadVariable(register, base, offset, size);
        }
        bounds(register, offset, size, "read", base);
        aligned(register, offset, size);
        final int index = slotOf(offset);
        final Slot slot = frame.slot(index);
        frame.markRead(index);
        if (slot.isSpill() && byteOf(offset) == 0 && size <= slot.spillSize() && slot.reg() != null) {
            final Reg spilled = slot.reg();
            if (!spilled.isScalar()) {
                if (size == 8) {
                    return spilled;
                }
                throw partOfPointer(register, spilled, offset, size);
            }
            remember(base.range, index);
            return spilled.scalar.fits(size) ? spilled : Reg.scalar(spilled.scalar.truncate(size));
        }
        if (slot.isSpill() && slot.reg() != null && slot.reg().isPointer()) {
            throw partOfPointer(register, slot.reg(), offset, size);
        }
        if (slot.isSpill() && slot.reg() != null && slot.reg().isZero() && byteOf(offset) + size <= slot.spillSize()) {
            remember(base.range, index);
            return Reg.ZERO;
        }
        return loadBytes(slot, offset, size);
    }

    private Refusal partOfPointer(final int register, final Reg spilled, final int offset, final int size) {
        return proof.refuse(
                Rule.POINTER_LEAK,
                "stack bytes fp" + offset + ".." + (offset + size - 1) + " are part of a stored pointer ("
                        + spilled.type.words + "), which is only read whole, by 8 bytes (r" + register + ")");
    }

    private void remember(final int frame, final int slot) {
        proof.state.current.stackFrame = frame;
        proof.state.current.stackSlot = slot;
    }

    private Reg loadBytes(final Slot slot, final int offset, final int size) {
        int zeros = 0;
        int written = 0;
        for (int i = 0; i < size; i++) {
            switch (slot.kind(byteOf(offset) + i)) {
                case Slot.ZERO -> {
                    zeros++;
                    written++;
                }
                case Slot.MISC, Slot.SPILL -> written++;
                case Slot.INVALID -> {}
                default -> throw special(slot, offset);
            }
        }
        if (written == 0) {
            throw uninitialised(offset, size);
        }
        return zeros == size ? Reg.ZERO : Reg.scalar(Scalar.ofSize(size));
    }

    private Refusal uninitialised(final int offset, final int size) {
        return proof.refuse(
                Rule.UNINITIALISED_STACK,
                "stack byte fp" + offset + " is read" + (size == 1 ? "" : " (as part of " + size + " bytes)")
                        + ", but nothing was written there on this path: initialise it, padding of structures"
                        + " included");
    }

    private Refusal special(final Slot slot, final int offset) {
        return proof.refuse(
                slot.kind(0) == Slot.DYNPTR ? Rule.DYNPTR : Rule.ITERATOR,
                "stack byte fp" + offset + " is accessed, but "
                        + (slot.kind(0) == Slot.DYNPTR ? "a dynptr" : "an iterator")
                        + " lies there: only its own functions may touch it");
    }

    private Reg loadVariable(final int register, final Reg base, final int offset, final int size) {
        alignedVariable(register, base, offset, size);
        final int low = variableBounds(register, base, offset, size, "read");
        final int high = (int) (offset + base.scalar.smax) + size;
        boolean zero = true;
        for (int at = low; at < high; at++) {
            final Frame frame = proof.state.frame(base.range);
            final Slot slot = frame.slot(slotOf(at));
            frame.markRead(slotOf(at));
            final int kind = slot.kind(byteOf(at));
            if (kind == Slot.INVALID) {
                throw uninitialised(at, size);
            }
            if (kind >= Slot.DYNPTR) {
                throw special(slot, at);
            }
            zero &= kind == Slot.ZERO;
        }
        return zero ? Reg.ZERO : Reg.scalar(Scalar.ofSize(size));
    }

    private int variableBounds(
            final int register, final Reg base, final int offset, final int size, final String access) {
        if (base.scalar.smin < -PointerMath.MAX_OFFSET || base.scalar.smax > PointerMath.MAX_OFFSET) {
            throw proof.refuse(
                    Rule.STACK_BOUNDS,
                    "stack is " + access + " at an offset without bounds: r" + register + " is " + base
                            + " (compare the index with its limits first)");
        }
        final int low = (int) (offset + base.scalar.smin);
        bounds(register, low, size, access, base);
        bounds(register, (int) (offset + base.scalar.smax), size, access, base);
        return low;
    }

    private void bounds(final int register, final int offset, final int size, final String access, final Reg base) {
        if (offset < -Execution.FRAME || offset + size > 0) {
            throw proof.refuse(
                    Rule.STACK_BOUNDS,
                    "stack bytes fp" + (offset < 0 ? "" : "+") + offset + ".." + (offset + size - 1) + " " + access
                            + ", but a frame has fp-512 to fp-1: r" + register + " is " + base);
        }
        proof.usesStack(base.range, -offset);
    }

    private void aligned(final int register, final int offset, final int size) {
        if ((offset & size - 1) != 0) {
            throw proof.refuse(
                    Rule.ALIGNMENT,
                    "stack is accessed at fp" + offset + ", which is no multiple of " + size + ", as an access of "
                            + size + " bytes has to be (r" + register + ")");
        }
    }

    private void alignedVariable(final int register, final Reg base, final int offset, final int size) {
        final Tnum address = base.scalar.bits.add(Tnum.constant(offset));
        if (((address.value() | address.mask()) & size - 1) != 0) {
            throw proof.refuse(
                    Rule.ALIGNMENT,
                    "stack is accessed at an offset that may be no multiple of " + size + ", as an access of " + size
                            + " bytes has to be: r" + register + " is " + base);
        }
    }

    void store(
            final int register,
            final Reg base,
            final int insnOffset,
            final int size,
            final Reg value,
            final int source) {
        final int offset = base.offset + insnOffset;
        if (!base.scalar.isConstant(0)) {
            storeVariable(register, base, offset, size, value, source);
            return;
        }
        bounds(register, offset, size, "written", base);
        aligned(register, offset, size);
        if (value.isPointer()) {
            spillable(base, size, value, source);
        }
        final Frame frame = proof.state.frame(base.range);
        final int index = slotOf(offset);
        overwrite(base.range, index);
        final Slot before = frame.slot(index);
        if (byteOf(offset) == 0) {
            remember(base.range, index);
            frame.slot(index, Slot.spill(spilled(value, size, source), size, before));
        } else {
            frame.slot(index, bytes(before, byteOf(offset), size, value, source));
        }
        if (size == 8) {
            frame.written |= 1L << index;
        }
    }

    /** The value as it is kept: it has to be linked to its register if all of it is kept. */
    private Reg spilled(final Reg value, final int size, final int source) {
        if (!value.isScalar()) {
            return value;
        }
        if (!value.scalar.fits(size)) {
            return Reg.scalar(value.scalar);
        }
        if (source >= 0 && value.id == 0 && !value.scalar.isConstant()) {
            final Reg linked = value.withId(proof.newId());
            proof.state.top().regs[source] = linked;
            return linked;
        }
        return value;
    }

    private Slot bytes(final Slot before, final int at, final int size, final Reg value, final int source) {
        int kind = Slot.MISC;
        if (value.isZero()) {
            if (source >= 0) {
                proof.precise(source);
            }
            kind = Slot.ZERO;
        }
        Slot made = before;
        for (int i = 0; i < size; i++) {
            made = made.with(at + i, kind);
        }
        return made;
    }

    private void spillable(final Reg base, final int size, final Reg value, final int source) {
        if (size != 8) {
            throw proof.refuse(
                    Rule.POINTER_LEAK,
                    "r" + source + " is " + value.type.words + ", but only " + size
                            + " bytes of it are stored: a pointer is stored whole");
        }
        final int top = proof.state.frameCount() - 1;
        if (base.range != top && value.type == RegType.STACK) {
            throw proof.refuse(
                    Rule.POINTER_LEAK,
                    "a stack pointer is stored in the stack of a caller, which may live longer: r" + source);
        }
    }

    /** What lies in a slot is written over: dynptrs end so, if nothing depends on them. */
    private void overwrite(final int frame, final int index) {
        final Slot slot = proof.state.frame(frame).slot(index);
        if (slot.kind(0) == Slot.DYNPTR) {
            Dynptrs.destroy(proof, frame, index);
        }
    }

    private void storeVariable(
            final int register, final Reg base, final int offset, final int size, final Reg value, final int source) {
        alignedVariable(register, base, offset, size);
        final int low = variableBounds(register, base, offset, size, "written");
        final int high = (int) (offset + base.scalar.smax) + size;
        if (value.isPointer()) {
            throw proof.refuse(
                    Rule.POINTER_LEAK,
                    "r" + source + " is " + value.type.words
                            + ", but it is stored at an offset of the stack that is not constant");
        }
        if (value.isZero() && source >= 0) {
            proof.precise(source);
        }
        final Frame frame = proof.state.frame(base.range);
        for (int at = low; at < high; at++) {
            final int index = slotOf(at);
            overwrite(base.range, index);
            final Slot slot = frame.slot(index);
            final int kind = slot.kind(byteOf(at));
            if (kind == Slot.ITERATOR) {
                throw special(slot, at);
            }
            // what was not written stays so: which bytes are hit is not known
            if (kind != Slot.INVALID && !(kind == Slot.ZERO && value.isZero())) {
                frame.slot(index, slot.with(byteOf(at), Slot.MISC));
            }
            frame.markRead(index);
        }
    }

    // ---- memory that a function is given ----

    /** Stack that a function reads, or writes too; {@code pointersToo} if pointers may lie there. */
    void readRange(
            final int register, final Reg base, final int size, final boolean writes, final boolean pointersToo) {
        final int low = rangeLow(register, base, size);
        final int high = (int) (base.offset + base.scalar.smax) + size;
        for (int at = low; at < high; at++) {
            final Frame frame = proof.state.frame(base.range);
            final int index = slotOf(at);
            final Slot slot = frame.slot(index);
            final int kind = slot.kind(byteOf(at));
            if (kind >= Slot.DYNPTR) {
                throw special(slot, at);
            }
            if (kind == Slot.SPILL
                    && !pointersToo
                    && slot.reg() != null
                    && slot.reg().isPointer()) {
                throw proof.refuse(
                        Rule.POINTER_LEAK,
                        "stack byte fp" + at + " is given to a function, but " + slot.reg().type.words
                                + " is stored there");
            }
            frame.markRead(index);
            if (writes) {
                frame.slot(index, slot.with(byteOf(at), Slot.MISC));
            }
        }
    }

    /** Stack that a function fills. */
    void writeRange(final int register, final Reg base, final int size) {
        final int low = rangeLow(register, base, size);
        final int high = (int) (base.offset + base.scalar.smax) + size;
        final boolean sure = base.scalar.isConstant();
        for (int at = low; at < high; at++) {
            final Frame frame = proof.state.frame(base.range);
            final int index = slotOf(at);
            overwrite(base.range, index);
            final Slot slot = frame.slot(index);
            if (slot.kind(byteOf(at)) == Slot.ITERATOR) {
                throw special(slot, at);
            }
            if (sure) {
                frame.slot(index, slot.with(byteOf(at), Slot.MISC));
            } else if (slot.kind(byteOf(at)) != Slot.INVALID) {
                frame.markRead(index);
                frame.slot(index, slot.with(byteOf(at), Slot.MISC));
            }
        }
    }

    private int rangeLow(final int register, final Reg base, final int size) {
        if (base.scalar.isConstant(0)) {
            if (size > 0) {
                bounds(register, base.offset, size, "given to a function", base);
            }
            return base.offset;
        }
        return variableBounds(register, base, base.offset, size, "given to a function");
    }
}
