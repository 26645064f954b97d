package io.xdp4j.map;

import java.lang.invoke.VarHandle;
import org.agrona.collections.IntArrayList;

/**
 * Holds slots and records that were unlinked until they may be used again, and tells readers when that happens.
 *
 * <p>Readers do not register, so nobody knows when the last of them has left a block. Two things make that safe. A reader
 * compares {@link #epoch} before and after its walk: it moves before any block is used again, so a reader whose epoch has
 * not moved saw no block in its second life, and a reader that began after the move cannot reach a block that was unlinked
 * before it. A walk that was spoilt is done over; what it read on the way was still memory of the map. And blocks wait for
 * at least {@link #GRACE_NS}, in two generations, so that walks are seldom spoilt and a program that holds the address of a
 * value which is replaced under it keeps its bytes for much longer than it runs.
 *
 * <p>Written under the map's lock.
 */
final class LpmGrace {

    /** How long a block waits at least; a program's run takes microseconds. */
    static final long GRACE_NS = 10_000_000;

    private static final int SLOT = 1 << 31;

    private final LpmSlots slots;
    private final LpmRecords records;
    private IntArrayList waiting = new IntArrayList();
    private IntArrayList sealed = new IntArrayList();
    private long sealedAtNs = System.nanoTime();
    private volatile int epoch;

    LpmGrace(final LpmSlots slots, final LpmRecords records) {
        this.slots = slots;
        this.records = records;
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

    /** Lets go of what has waited long enough. */
    void tick() {
        if (!waiting.isEmpty() || !sealed.isEmpty()) {
            final long now = System.nanoTime();
            if (now - sealedAtNs >= GRACE_NS) {
                sealedAtNs = now;
                turn();
            }
        }
    }

    /** Lets go of everything at once: there is no space otherwise. */
    void flush() {
        turn();
        turn();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the map's lock is held
    private void turn() {
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
        final IntArrayList empty = sealed;
        sealed = waiting;
        waiting = empty;
    }
}
