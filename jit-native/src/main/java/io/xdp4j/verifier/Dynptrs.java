package io.xdp4j.verifier;

/**
 * Dynptrs: 16 bytes of stack, set up by a helper, that stand for memory whose size is not known.
 *
 * <p>Source: {@code mark_stack_slots_dynptr()}, {@code process_dynptr_func()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Dynptrs {

    private final Proof proof;

    Dynptrs(final Proof proof) {
        this.proof = proof;
    }

    /** The slots that become a dynptr. */
    void checkFree(final int register, final Reg pointer) {
        place(register, pointer);
        for (int i = 0; i < 2; i++) {
            final int index = StackRules.slotOf(pointer.offset) - i;
            final Slot slot = proof.state.frame(pointer.range).slot(index);
            if (slot.kind(0) == Slot.DYNPTR) {
                destroy(proof, pointer.range, index);
            } else if (slot.kind(0) == Slot.ITERATOR) {
                throw proof.refuse(
                        Rule.DYNPTR,
                        "an iterator lies at fp" + pointer.offset + ": destroy it before a dynptr is put there");
            }
        }
    }

    /** A dynptr that has been set up; its register in the slot, or the one that a callback was given. */
    Reg check(final int register, final Reg pointer) {
        if (pointer.type == RegType.DYNPTR) {
            return pointer;
        }
        place(register, pointer);
        final Frame frame = proof.state.frame(pointer.range);
        final int index = StackRules.slotOf(pointer.offset);
        final Reg first = frame.slot(index).reg();
        if (frame.slot(index).kind(0) != Slot.DYNPTR
                || first == null
                || first.is(Reg.SECOND)
                || index == 0
                || frame.slot(index - 1).kind(0) != Slot.DYNPTR) {
            throw proof.refuse(
                    Rule.DYNPTR,
                    "no dynptr has been set up at fp" + pointer.offset
                            + " (or it was submitted, or written over): call one of bpf_dynptr_from_mem,"
                            + " bpf_dynptr_from_xdp, bpf_ringbuf_reserve_dynptr first");
        }
        frame.markRead(index);
        frame.markRead(index - 1);
        return first;
    }

    private void place(final int register, final Reg pointer) {
        if (pointer.type != RegType.STACK
                || !pointer.scalar.isConstant(0)
                || (pointer.offset & 7) != 0
                || pointer.offset > -16) {
            throw proof.refuse(
                    Rule.DYNPTR,
                    "r" + register + " has to point to a dynptr on the stack, 16 bytes, 8-byte aligned: it is "
                            + pointer);
        }
        proof.usesStack(pointer.range, -pointer.offset);
    }

    /** After the call: the slots hold a dynptr. */
    void put(final Reg pointer, final int flags, final int reference) {
        final int id = proof.newId();
        final Frame frame = proof.state.frame(pointer.range);
        final int index = StackRules.slotOf(pointer.offset);
        final Reg dynptr = new Reg(RegType.DYNPTR, flags, Scalar.ZERO, 0, id, reference, 0, null, 0);
        frame.slot(index, Slot.special(Slot.DYNPTR, dynptr));
        frame.slot(index - 1, Slot.special(Slot.DYNPTR, dynptr.with(Reg.SECOND)));
        frame.written |= 3L << (index - 1);
    }

    /** A dynptr is written over: those on records have to be submitted first; slices of it are worthless. */
    static void destroy(final Proof proof, final int frameIndex, final int index) {
        final Frame frame = proof.state.frame(frameIndex);
        final Reg dynptr = java.util.Objects.requireNonNull(frame.slot(index).reg());
        if (dynptr.reference != 0) {
            throw proof.refuse(
                    Rule.DYNPTR,
                    "a dynptr on a reserved record is written over: submit or discard the record first"
                            + " (bpf_ringbuf_submit_dynptr)");
        }
        final int first = dynptr.is(Reg.SECOND) ? index + 1 : index;
        frame.slot(first, Slot.EMPTY);
        frame.slot(first - 1, Slot.EMPTY);
        forgetSlices(proof, dynptr.id);
    }

    /** After submit or discard: every dynptr on the record is gone. */
    void release(final Reg dynptr) {
        proof.state.release(dynptr.reference);
        for (int f = 0; f < proof.state.frameCount(); f++) {
            final Frame frame = proof.state.frame(f);
            for (int i = 0; i < frame.depth(); i++) {
                final Reg there = frame.slot(i).reg();
                if (frame.slot(i).kind(0) == Slot.DYNPTR && there != null && there.reference == dynptr.reference) {
                    frame.slot(i, Slot.EMPTY);
                    forgetSlices(proof, there.id);
                }
            }
        }
    }

    private static void forgetSlices(final Proof proof, final int id) {
        proof.state.changeAll(reg -> reg.type == RegType.MEM && reg.owner == id ? Reg.RELEASED : reg);
    }
}
