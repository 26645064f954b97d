package io.xdp4j.verifier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The registers and the stack of one function that is being run. Copied with its state. */
final class Frame {

    static final int SLOTS = 64;
    /** Registers: r0 to r10. */
    static final int REGISTERS = 11;

    private static final Slot[] NO_SLOTS = {};

    final Reg[] regs;
    private Slot[] slots;

    /** First slot of the function. */
    final int start;
    /** Where it was called: the caller goes on after it. -1 for the first. */
    final int callSite;
    /** What it is a callback of; null for a plain function. */
    final @Nullable Callback callback;
    /** How many runs of a callback led here: a callback is followed until its states repeat. */
    int callbackDepth;
    /** Which run of a helper that calls back these are: one after the other in a frame, and of each frame's own. */
    int callbackRun;
    /** References that were held when it was entered. */
    int referencesBefore;
    /** Whether a tail call was made: if another program took the frame over, its caller gets that one's result. */
    boolean tailCalled;

    /** This frame in the state before; null where the function was entered since. */
    @Nullable
    Frame parent;
    /** Slots that what follows reads, of those of a state that was kept. */
    long read;
    /** Slots that were written in full since the state before. */
    long written;
    /** Slots that the instruction at hand wrote to: see {@link SliceBuffer}. */
    long touched;
    /** Registers and slots whose numbers mattered to what follows. */
    int preciseRegs;

    long preciseSlots;

    Frame(final int start, final int callSite, final @Nullable Callback callback) {
        this.start = start;
        this.callSite = callSite;
        this.callback = callback;
        regs = new Reg[REGISTERS];
        Arrays.fill(regs, Reg.NOT_INIT);
        slots = NO_SLOTS;
    }

    private Frame(final Frame from) {
        regs = from.regs.clone();
        slots = from.slots.clone();
        start = from.start;
        callSite = from.callSite;
        callback = from.callback;
        callbackDepth = from.callbackDepth;
        callbackRun = from.callbackRun;
        referencesBefore = from.referencesBefore;
        tailCalled = from.tailCalled;
        parent = from.parent;
        written = from.written;
        touched = from.touched;
        preciseRegs = from.preciseRegs;
        preciseSlots = from.preciseSlots;
    }

    Frame copy() {
        return new Frame(this);
    }

    /** Slot 0 is the one right below the frame pointer. */
    Slot slot(final int index) {
        return index < slots.length ? slots[index] : Slot.EMPTY;
    }

    void slot(final int index, final Slot slot) {
        if (index >= slots.length) {
            final int had = slots.length;
            slots = Arrays.copyOf(slots, index + 1);
            Arrays.fill(slots, had, slots.length, Slot.EMPTY);
        }
        slots[index] = slot;
        preciseSlots &= ~(1L << index);
        touched |= 1L << index;
    }

    /** Slots that have been touched: all from this one on are empty. */
    int depth() {
        return slots.length;
    }

    /** Marks that what follows the states before read this slot, up to the one that wrote it. */
    void markRead(final int slot) {
        final long bit = 1L << slot;
        Frame at = this;
        while ((at.written & bit) == 0) {
            final Frame before = at.parent;
            if (before == null || (before.read & bit) != 0) {
                return;
            }
            before.read |= bit;
            at = before;
        }
    }
}
