package io.xdp4j.verifier;

import io.xdp4j.vm.HelperSpec;

/**
 * Open-coded iterators: {@code new}, {@code next} until it gives null, {@code destroy}.
 *
 * <p>Source: {@code process_iter_arg()}, {@code process_iter_next_call()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Iterators {

    private final Proof proof;

    Iterators(final Proof proof) {
        this.proof = proof;
    }

    /** Whether the iterator that a register points to is the same, has given an element since, and has not ended. */
    static boolean turned(final State old, final State state, final Reg pointer) {
        if (pointer.type != RegType.STACK
                || !pointer.scalar.isConstant(0)
                || pointer.offset >= 0
                || pointer.range >= old.frameCount()) {
            return false;
        }
        final int slot = StackRules.slotOf(pointer.offset);
        final Reg iterator = state.frame(pointer.range).slot(slot).reg();
        final Reg before = old.frame(pointer.range).slot(slot).reg();
        return iterator != null
                && before != null
                && iterator.type == RegType.ITERATOR
                && before.type == RegType.ITERATOR
                && !iterator.is(Reg.DRAINED)
                && iterator.reference == before.reference
                && iterator.range > before.range;
    }

    /** Whether an iterator that has not ended has gone on from one state to the other. */
    static boolean depthsDiffer(final State old, final State state) {
        for (int f = 0; f < old.frameCount() && f < state.frameCount(); f++) {
            final Frame a = old.frame(f);
            final Frame b = state.frame(f);
            for (int i = 0; i < a.depth(); i++) {
                final Reg x = a.slot(i).reg();
                final Reg y = b.slot(i).reg();
                if (x != null
                        && x.type == RegType.ITERATOR
                        && !x.is(Reg.DRAINED)
                        && (y == null || y.type != RegType.ITERATOR || x.range != y.range)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The slots must be free, or hold an iterator that has been initialised. */
    void check(final int register, final Reg pointer, final HelperSpec callee, final int size) {
        if (pointer.type != RegType.STACK
                || !pointer.scalar.isConstant(0)
                || (pointer.offset & 7) != 0
                || pointer.offset > -size) {
            throw proof.refuse(
                    Rule.ITERATOR,
                    "r" + register + " has to point to an iterator on the stack, 8-byte aligned: it is " + pointer);
        }
        if (callee.name().endsWith("_new")) {
            return;
        }
        for (int i = 0; i < size / 8; i++) {
            final Frame frame = proof.state.frame(pointer.range);
            final int index = StackRules.slotOf(pointer.offset) - i;
            if (frame.slot(index).kind(0) != Slot.ITERATOR) {
                throw proof.refuse(
                        Rule.ITERATOR,
                        "no iterator has been initialised at fp" + pointer.offset + ": call "
                                + callee.name().replaceAll("_(next|destroy)$", "_new") + " first");
            }
            frame.markRead(index);
        }
    }

    /** After {@code new}: the slots become an iterator, which has to be destroyed. */
    void begin(final Reg pointer, final int size) {
        final int reference = proof.newId();
        proof.state.acquire(reference);
        final Reg iterator = new Reg(RegType.ITERATOR, 0, Scalar.ZERO, 0, 0, reference, 0, null, 0);
        final Frame frame = proof.state.frame(pointer.range);
        for (int i = 0; i < size / 8; i++) {
            final int index = StackRules.slotOf(pointer.offset) - i;
            if (frame.slot(index).isSpecial()) {
                throw proof.refuse(
                        Rule.ITERATOR,
                        "an iterator or a dynptr lies at fp" + pointer.offset + " already: destroy it first");
            }
            frame.slot(index, Slot.special(Slot.ITERATOR, iterator));
            frame.written |= 1L << index;
            proof.usesStack(pointer.range, -pointer.offset);
        }
    }

    /** After {@code next}: one path goes on with another element, which is followed later; this one with the end. */
    void next(final Reg pointer, final int size, final Reg element, final Widening.Previous previous) {
        final Reg iterator = iterator(proof.state, pointer);
        if (!iterator.is(Reg.DRAINED)) {
            final State other = proof.fork(proof.pc() + 1);
            put(other, pointer, size, iterator.withRange(iterator.range + 1));
            other.reg(0, element.withReference(iterator.reference));
            previous.widen(other);
        }
        put(proof.state, pointer, size, iterator.with(Reg.DRAINED));
        proof.write(0, Reg.ZERO);
    }

    /** After {@code destroy}. */
    void end(final Reg pointer, final int size) {
        final Reg iterator = iterator(proof.state, pointer);
        proof.state.release(iterator.reference);
        proof.state.changeAll(reg -> reg.reference == iterator.reference ? Reg.RELEASED : reg);
        final Frame frame = proof.state.frame(pointer.range);
        for (int i = 0; i < size / 8; i++) {
            frame.slot(StackRules.slotOf(pointer.offset) - i, Slot.EMPTY);
        }
    }

    private static Reg iterator(final State state, final Reg pointer) {
        return java.util.Objects.requireNonNull(state.frame(pointer.range)
                .slot(StackRules.slotOf(pointer.offset))
                .reg());
    }

    private static void put(final State state, final Reg pointer, final int size, final Reg iterator) {
        final Frame frame = state.frame(pointer.range);
        for (int i = 0; i < size / 8; i++) {
            frame.slot(StackRules.slotOf(pointer.offset) - i, Slot.special(Slot.ITERATOR, iterator));
        }
    }
}
