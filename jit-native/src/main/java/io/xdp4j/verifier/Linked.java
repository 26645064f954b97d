package io.xdp4j.verifier;

import java.util.Arrays;

/**
 * Registers and slots that are known to hold the same number, or numbers at a known distance: what a jump tells of one, it
 * tells of all. A place is packed in an {@code int}: frame, whether a slot, index.
 *
 * <p>Source: {@code collect_linked_regs()}, {@code sync_linked_regs()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Linked {

    private static final int SLOT = 1 << 8;

    private Linked() {}

    static boolean isSlot(final int place) {
        return (place & SLOT) != 0;
    }

    static int frame(final int place) {
        return place >>> 16;
    }

    static int index(final int place) {
        return place & 0xff;
    }

    /** All places of an id, if there are two or more. */
    static int[] places(final State state, final int id) {
        if (id == 0) {
            return History.NONE;
        }
        int[] found = new int[4];
        int count = 0;
        for (int f = 0; f < state.frameCount(); f++) {
            final Frame frame = state.frame(f);
            for (int r = 0; r < Frame.REGISTERS; r++) {
                if (frame.regs[r].id == id && frame.regs[r].isScalar()) {
                    found = append(found, count++, f << 16 | r);
                }
            }
            for (int s = 0; s < frame.depth(); s++) {
                final Slot slot = frame.slot(s);
                final Reg reg = slot.reg();
                if (reg != null && slot.isSpill() && reg.id == id && reg.isScalar()) {
                    found = append(found, count++, f << 16 | SLOT | s);
                }
            }
        }
        return count < 2 ? History.NONE : Arrays.copyOf(found, count);
    }

    private static int[] append(final int[] list, final int at, final int place) {
        final int[] made = at == list.length ? Arrays.copyOf(list, at * 2) : list;
        made[at] = place;
        return made;
    }

    /** Tells all places what is known of one of them. */
    static void tell(final State state, final int[] places, final Reg known) {
        for (final int place : places) {
            final Frame frame = state.frame(frame(place));
            if (isSlot(place)) {
                final Slot slot = frame.slot(index(place));
                final Reg reg = slot.reg();
                if (reg != null) {
                    frame.slot(index(place), new Slot(slot.kinds(), learn(reg, known)));
                }
            } else {
                frame.regs[index(place)] = learn(frame.regs[index(place)], known);
            }
        }
    }

    private static Reg learn(final Reg reg, final Reg known) {
        if (reg == known) {
            return reg;
        }
        final long distance = (long) reg.offset - known.offset;
        final Scalar there = distance == 0 ? known.scalar : ScalarMath.add(known.scalar, Scalar.constant(distance));
        if (!reg.is(Reg.LINKED_LOW) && !known.is(Reg.LINKED_LOW)) {
            return reg.withScalar(there);
        }
        final Tnum low = new Tnum(there.bits.value() & Scalar.LOW, there.bits.mask() | ~Scalar.LOW);
        final Scalar learnt = new ScalarBuilder(reg.scalar)
                .bits(low)
                .low(there.s32min, there.s32max, there.u32min, there.u32max)
                .build();
        return learnt == null ? reg : reg.withScalar(learnt);
    }
}
