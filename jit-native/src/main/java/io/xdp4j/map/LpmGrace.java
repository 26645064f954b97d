package io.xdp4j.map;

import java.lang.invoke.VarHandle;
import org.agrona.collections.IntArrayList;

/**
 * Holds slots and records that were unlinked until they may be used again, and tells readers when that happens.
 *
 * <p>Programs announce themselves by the engine's {@link Grace}: a block waits until every worker that was inside when its
 * batch was closed has left, so the address of a value that was replaced or removed stays good for as long as a program
 * runs. Java's readers do not announce themselves. They compare {@link #epoch} before and after a walk: it moves before any
 * block is used again, so a reader whose epoch has not moved saw no block in its second life, and a reader that began after
 * the move cannot reach a block that was unlinked before it. A walk that was spoilt is done over; what it read on the way was
 * still memory of the map. Blocks go in batches, {@link #BATCH_NS} apart at least, so walks are seldom spoilt.
 *
 * <p>If no slot is left, what no program can hold any more is let go of at once, without waiting for the next batch. A
 * program that replaces more values within one burst than there are slots to spare gets {@code -ENOMEM}, as in the kernel where
 * the allocator waits for readers; Java waits. Written under the map's lock.
 */
final class LpmGrace {

    /** Between two batches, at least. */
    static final long BATCH_NS = 10_000_000;

    private static final int SLOT = 1 << 31;

    private final LpmSlots slots;
    private final LpmRecords records;
    private final Grace programs;
    private IntArrayList waiting = new IntArrayList();
    private IntArrayList sealed = new IntArrayList();
    private long sealedAtNs;
    private long mark;
    private volatile int epoch;

    LpmGrace(final LpmSlots slots, final LpmRecords records, final Grace programs) {
        this.slots = slots;
        this.records = records;
        this.programs = programs;
    }

    /** Moves before blocks are used again. */
    int epoch() {
        return epoch;
    }

    void retireSlot(final int slot) {
        waiting.addInt(slot | SLOT);
    }

    void retireRecord(final int record) {
        waiting.addInt(record);
    }

    /** Lets go of what has waited long enough, and begins the wait of the next batch. */
    void tick() {
        if (waiting.isEmpty()) {
            return;
        }
        final long now = System.nanoTime();
        if (!sealed.isEmpty()) {
            if (now - sealedAtNs < BATCH_NS) {
                return;
            }
            if (!programs.passed(mark)) {
                return;
            }
            release();
        }
        seal(now);
    }

    /** Lets go of all that no program can hold: there is no slot otherwise. */
    void flush() {
        for (int i = 0; i < 2 && programs.passed(mark); i++) {
            release();
            seal(System.nanoTime());
        }
    }

    private void seal(final long now) {
        final IntArrayList empty = sealed;
        sealed = waiting;
        waiting = empty;
        sealedAtNs = now;
        mark = programs.mark();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the map's lock is held
    private void release() {
        if (!sealed.isEmpty()) {
            epoch++;
            // No store into a block may pass the epoch's.
            VarHandle.fullFence();
            for (int i = 0; i < sealed.size(); i++) {
                final int block = sealed.getInt(i);
                if (block < 0) {
                    slots.give(block & ~SLOT);
                } else {
                    records.give(block);
                }
            }
            sealed.clear();
        }
    }
}
