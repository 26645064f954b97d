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
 * <p>If a program replaces values faster than that and no slot is left, the oldest are used again at once: then it may see
 * a newer value at an address that it holds, as with the kernel's preallocated hash. Written under the map's lock.
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
    private volatile boolean left;
    private volatile int epoch;

    LpmGrace(final LpmSlots slots, final LpmRecords records, final Grace programs) {
        this.slots = slots;
        this.records = records;
        this.programs = programs;
    }

    private void allLeft() {
        left = true;
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
            if (!left) {
                programs.freeWhatCanBe();
            }
            if (!left) {
                return;
            }
            release();
        }
        swap();
        sealedAtNs = now;
        left = false;
        programs.retire(this::allLeft);
    }

    /** Lets go of everything at once: there is no space otherwise. */
    void flush() {
        release();
        swap();
        release();
    }

    private void swap() {
        final IntArrayList empty = sealed;
        sealed = waiting;
        waiting = empty;
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
