package io.xdp4j.verifier;

import org.jspecify.annotations.Nullable;

/**
 * Forgets numbers that change from one turn of a loop to the next, so that its states come to rest.
 *
 * <p>Usually only the imprecise ones, in loops that end by themselves (iterators, callbacks, {@code may_goto}): {@code
 * widen_imprecise_scalars()} in {@code kernel/bpf/verifier.c}, Linux 6.18. When the budget has run out, all of them, in
 * every place that too many states have come to: the answer is coarser, and still sound.
 */
final class Widening {

    /** States in one place, when all numbers are widened. */
    static final int STATES = 6;

    /** The state of the turn before. */
    record Previous(@Nullable State state) {

        /** Forgets in {@code next} what was different before, and did not matter to any decision. */
        void widen(final State next) {
            if (state == null) {
                return;
            }
            for (int f = 0; f < state.frameCount() && f < next.frameCount(); f++) {
                final Frame old = state.frame(f);
                final Frame frame = next.frame(f);
                for (int r = 0; r < Frame.REGISTERS; r++) {
                    if (((old.preciseRegs | frame.preciseRegs) & 1 << r) == 0 && differ(old.regs[r], frame.regs[r])) {
                        frame.regs[r] = Reg.UNKNOWN;
                    }
                }
                for (int i = 0; i < old.depth(); i++) {
                    if (((old.preciseSlots | frame.preciseSlots) & 1L << i) == 0) {
                        forget(frame, i, old.slot(i));
                    }
                }
            }
        }
    }

    private static boolean differ(final Reg old, final Reg reg) {
        return old.isScalar() && reg.isScalar() && !old.scalar.same(reg.scalar);
    }

    /** Forgets the number spilled in a slot if it was another before. */
    private static void forget(final Frame frame, final int index, final Slot before) {
        final Slot slot = frame.slot(index);
        final Reg old = before.reg();
        final Reg reg = slot.reg();
        if (slot.isSpill() && before.kinds() == slot.kinds() && old != null && reg != null && differ(old, reg)) {
            frame.slot(index, new Slot(slot.kinds(), Reg.UNKNOWN));
        }
    }

    /** The state of the turn before the one at whose instruction a state was just kept. */
    static Previous previous(final State state) {
        final State here = state.parent;
        return here == null || here.pc != state.pc ? new Previous(null) : search(here.parent, state, state.pc);
    }

    /** The last state that was kept at {@code pc}. */
    static Previous previousAt(final State state, final int pc) {
        return search(state.parent, state, pc);
    }

    private static Previous search(final @Nullable State from, final State state, final int pc) {
        for (State at = from; at != null; at = at.parent) {
            if (at.pc == pc && at.branches > 0 && sameCalls(at, state)) {
                return new Previous(at);
            }
        }
        return new Previous(null);
    }

    private static boolean sameCalls(final State a, final State b) {
        if (a.frameCount() != b.frameCount()) {
            return false;
        }
        for (int f = 0; f < a.frameCount(); f++) {
            if (a.frame(f).callSite != b.frame(f).callSite || a.frame(f).start != b.frame(f).start) {
                return false;
            }
        }
        return true;
    }

    /** Makes a state hold all that either does: what the two do not agree on is forgotten. */
    void widen(final State old, final State state) {
        if (!sameCalls(old, state)) {
            return;
        }
        for (int f = 0; f < state.frameCount(); f++) {
            final Frame before = old.frame(f);
            final Frame frame = state.frame(f);
            for (int r = 0; r < Frame.REGISTERS; r++) {
                frame.regs[r] = join(before.regs[r], frame.regs[r]);
            }
            for (int i = 0; i < frame.depth(); i++) {
                forget(frame, i, before.slot(i));
            }
        }
    }

    private static Reg join(final Reg old, final Reg reg) {
        if (old.isScalar() && reg.isScalar()) {
            return old.scalar.includes(reg.scalar) && old.id == 0 ? old : Reg.UNKNOWN;
        }
        if (old.isPacket()
                && old.type == reg.type
                && old.offset == reg.offset
                && old.flags == reg.flags
                && reg.id == old.id) {
            return old.range <= reg.range && old.range >= 0 ? old : reg;
        }
        return reg;
    }
}
