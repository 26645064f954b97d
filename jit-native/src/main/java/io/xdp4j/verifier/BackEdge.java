package io.xdp4j.verifier;

import java.util.List;

/**
 * A path that was left off at a kept state: what mattered to the paths from there matters to this one. While that state's
 * own paths are still followed, more comes to matter, and is carried over again when its loop has been left.
 *
 * <p>Source: {@code propagate_backedges()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class BackEdge {

    private static final int MARKS = 3;

    private final State from;
    private final State to;
    /** What was carried over: by frame, the slots that are read, the registers and the slots that are precise. */
    private final long[] carried;

    BackEdge(final State from, final State to) {
        this.from = from;
        this.to = to;
        carried = new long[from.frameCount() * MARKS];
    }

    State to() {
        return to;
    }

    /** Carries over what each edge leads to, until nothing is new. */
    static void settle(final List<BackEdge> edges, final Precision precision) {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (final BackEdge edge : edges) {
                changed |= edge.carryOver(precision);
            }
        }
    }

    /** Marks along the path what is marked in the state that it led to; whether there was anything new. */
    boolean carryOver(final Precision precision) {
        boolean changed = false;
        for (int i = 0; i < from.frameCount(); i++) {
            final Frame there = to.frame(i);
            final long read = there.read & ~carried[i * MARKS];
            for (long rest = read; rest != 0; rest &= rest - 1) {
                from.frame(i).markRead(Long.numberOfTrailingZeros(rest));
            }
            changed |= read != 0
                    || (there.preciseRegs & ~carried[i * MARKS + 1]) != 0
                    || (there.preciseSlots & ~carried[i * MARKS + 2]) != 0;
            carried[i * MARKS] = there.read;
            carried[i * MARKS + 1] = there.preciseRegs;
            carried[i * MARKS + 2] = there.preciseSlots;
        }
        if (changed) {
            precision.carryOver(to, from);
        }
        return changed;
    }
}
