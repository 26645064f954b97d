package io.xdp4j.verifier;

/**
 * Where a slice of a dynptr may lie on the stack, in the buffer that the program gave for it: frame, first slot, number of
 * slots, packed in the upper bits of a register's flags. Once anything else is written to these slots, the slice is
 * worthless: a store through it would change what was put there behind the verifier's back. Linux lets that happen.
 */
final class SliceBuffer {

    private static final int SHIFT = 16;
    private static final int SLOT_BITS = 6;
    private static final int COUNT_BITS = 7;

    private SliceBuffer() {}

    /** The flags for a buffer: 0 if it is not on the stack. */
    static int of(final Reg buffer, final int size) {
        if (buffer.type != RegType.STACK || size == 0) {
            return 0;
        }
        final int first = StackRules.slotOf((int) (buffer.offset + buffer.scalar.smax) + size - 1);
        final int last = StackRules.slotOf((int) (buffer.offset + buffer.scalar.smin));
        return ((((buffer.range << SLOT_BITS) | first) << COUNT_BITS) | (last - first + 1)) << SHIFT;
    }

    /** After an instruction: slices whose buffers it wrote to, or whose frames it left, are gone. */
    static void forget(final State state) {
        if (!state.buffers) {
            return;
        }
        state.changeAll(reg -> reg.type == RegType.MEM && written(state, reg.flags >>> SHIFT) ? Reg.RELEASED : reg);
        forgetWrites(state);
    }

    static void forgetWrites(final State state) {
        for (int f = 0; f < state.frameCount(); f++) {
            state.frame(f).touched = 0;
        }
    }

    private static boolean written(final State state, final int buffer) {
        final int count = buffer & ((1 << COUNT_BITS) - 1);
        if (count == 0) {
            return false;
        }
        final int frame = buffer >>> (COUNT_BITS + SLOT_BITS);
        final int first = (buffer >>> COUNT_BITS) & ((1 << SLOT_BITS) - 1);
        final long slots = (count == Frame.SLOTS ? -1L : (1L << count) - 1) << first;
        return frame >= state.frameCount() || (state.frame(frame).touched & slots) != 0;
    }
}
