package io.xdp4j.verifier;

import org.jspecify.annotations.Nullable;

/** One instruction of a path, and what led there: a list that paths share from its end. */
final class History {

    static final int[] NONE = {};

    final @Nullable History before;
    final int pc;
    /** Instructions since the last state that was kept, this one included. */
    final int length;
    /** The frame and slot of the stack that it filled from or spilled to; -1 if it did neither. */
    int stackFrame = -1;

    int stackSlot;
    /** Registers and slots that learnt together in this jump: see {@link Linked}. */
    int[] linked = NONE;
    /** Those of the other operand. */
    int[] linkedToo = NONE;
    /** Whether the call went into a function of the program's. */
    boolean entered;
    /** Whether the exit left a callback. */
    boolean leftCallback;

    History(final @Nullable History before, final int pc) {
        this.before = before;
        this.pc = pc;
        length = before == null ? 1 : before.length + 1;
    }
}
