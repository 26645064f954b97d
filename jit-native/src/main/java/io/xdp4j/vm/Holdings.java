package io.xdp4j.vm;

import io.xdp4j.map.RingBuffer;
import io.xdp4j.sys.NativeMemory;
import org.jspecify.annotations.Nullable;

/** What a run has taken and must give back: a spin lock, and reserved ring buffer records. One worker's; does not allocate. */
final class Holdings {

    private final long[] records = new long[Execution.RECORDS];
    private final @Nullable RingBuffer[] rings = new RingBuffer[Execution.RECORDS];
    private int count;
    private long lock;

    /** Address of the spin lock that the program holds, or 0. */
    long lock() {
        return lock;
    }

    void lock(final long address) {
        lock = address;
    }

    /** Remembers a reserved record; false if there are too many. */
    boolean add(final RingBuffer ring, final long record) {
        if (count == Execution.RECORDS) {
            return false;
        }
        records[count] = record;
        rings[count++] = ring;
        return true;
    }

    /** Forgets a record; null if it is none of these. */
    @Nullable
    RingBuffer remove(final long record) {
        for (int i = count - 1; i >= 0; i--) {
            if (records[i] == record) {
                final RingBuffer ring = rings[i];
                count--;
                records[i] = records[count];
                rings[i] = rings[count];
                rings[count] = null;
                return ring;
            }
        }
        return null;
    }

    /** Discards the records and releases the lock, as far as their maps are still there. */
    void letGo(final Execution execution) {
        while (count > 0) {
            final RingBuffer ring = rings[--count];
            if (ring != null && !ring.closed()) {
                ring.discard(records[count], 0);
            }
            rings[count] = null;
        }
        if (lock != 0) {
            // the map may be gone where a run was given up without its end
            if (execution.writable(lock, Integer.BYTES)) {
                NativeMemory.putIntRelease(lock, 0);
            }
            lock = 0;
        }
    }
}
