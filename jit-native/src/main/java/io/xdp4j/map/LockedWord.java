package io.xdp4j.map;

import io.xdp4j.sys.NativeMemory;

/**
 * A 64-bit word of native memory that carries a spin lock in its lowest bit. Whoever holds the lock owns what the word
 * guards, and storing the next value also lets go. Held for some tens of nanoseconds; not reentrant.
 */
final class LockedWord {

    /** The lock. Readers that do not lock mask it away. */
    static final long HELD = 1;

    private static final int SPINS = 200;

    private LockedWord() {}

    /** Takes the lock; returns the word without it. */
    static long lock(final long address) {
        final long word = NativeMemory.getLongAcquire(address) & ~HELD;
        return NativeMemory.compareAndExchangeLong(address, word, word | HELD) == word ? word : lockSlowly(address);
    }

    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; it lets a preempted holder go on
    private static long lockSlowly(final long address) {
        int spins = 0;
        while (true) {
            final long word = NativeMemory.getLongAcquire(address);
            if ((word & HELD) == 0 && NativeMemory.compareAndExchangeLong(address, word, word | HELD) == word) {
                return word;
            }
            if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** Stores the word and lets go of the lock; counterpart of the acquire in {@link #lock} and in readers. */
    static void unlock(final long address, final long word) {
        NativeMemory.putLongRelease(address, word);
    }
}
