package io.xdp4j.map;

import io.xdp4j.sys.NativeMemory;

/**
 * Free elements, last in first out, in stripes on cache lines of their own. A thread uses the stripe that its id chooses,
 * and those of others once that one is empty.
 */
final class FreeList {

    private static final int STRIPES = 64;
    private static final int COUNT = 8;

    private final long base;
    private final int mask;

    FreeList(final MapMemory memory, final int cpus) {
        final int stripes = Math.min(STRIPES, Integer.highestOneBit(2 * cpus - 1));
        this.mask = stripes - 1;
        this.base = memory.area(stripes * UserspaceMap.CACHE_LINE).address();
    }

    private long stripe(final int number) {
        return base + (number & mask) * UserspaceMap.CACHE_LINE;
    }

    private static int own() {
        return (int) Thread.currentThread().threadId();
    }

    void give(final long element) {
        final long stripe = stripe(own());
        final long first = LockedWord.lock(stripe);
        NativeMemory.putLong(element + ElementLayout.POOL, first);
        NativeMemory.putLong(stripe + COUNT, NativeMemory.getLong(stripe + COUNT) + 1);
        LockedWord.unlock(stripe, element);
    }

    /** An element of this thread's stripe, or 0. */
    long takeOwn() {
        return take(stripe(own()));
    }

    /** An element of whatever stripe, or 0 if all were empty when looked at. */
    long takeAny() {
        final int own = own();
        for (int i = 0; i <= mask; i++) {
            final long element = take(stripe(own + i));
            if (element != 0) {
                return element;
            }
        }
        return 0;
    }

    private static long take(final long stripe) {
        if (NativeMemory.getLongAcquire(stripe) == 0) {
            return 0;
        }
        final long first = LockedWord.lock(stripe);
        if (first == 0) {
            LockedWord.unlock(stripe, 0);
            return 0;
        }
        NativeMemory.putLong(stripe + COUNT, NativeMemory.getLong(stripe + COUNT) - 1);
        LockedWord.unlock(stripe, NativeMemory.getLong(first + ElementLayout.POOL));
        return first;
    }

    /** Elements there are. */
    long size() {
        long size = 0;
        for (int i = 0; i <= mask; i++) {
            size += NativeMemory.getLongAcquire(stripe(i) + COUNT);
        }
        return size;
    }
}
