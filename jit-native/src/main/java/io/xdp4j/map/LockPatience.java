package io.xdp4j.map;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long those who wait for spin locks in an engine's map values keep trying: a second. After each wait in vain half as
 * long, down to a millisecond, until one is rewarded: a lock that stays taken must not cost a second of every packet. Safe
 * for use by several threads; does not allocate.
 */
final class LockPatience {

    private static final int SPINS = 200;
    private static final int MOST_HALVINGS = 10;
    private static final long LONGEST_NS = 1_000_000_000L;

    private final AtomicInteger inVain = new AtomicInteger();

    /** How long a wait may take now. */
    long limitNs() {
        return LONGEST_NS >> Math.min(inVain.get(), MOST_HALVINGS);
    }

    /**
     * Waits a moment before the next try, longer after many.
     *
     * @param tries how many there were, at least 1
     * @param sinceNs when the first was, by {@link System#nanoTime}
     * @return false when it is time to give up
     */
    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; it lets a preempted holder go on
    boolean pause(final int tries, final long sinceNs) {
        if (tries % SPINS != 0) {
            Thread.onSpinWait();
            return true;
        }
        Thread.yield();
        if (System.nanoTime() - sinceNs < limitNs()) {
            return true;
        }
        inVain.incrementAndGet();
        return false;
    }

    /** The lock was had after that many tries in vain. */
    void rewarded(final int tries) {
        if (tries > 0) {
            inVain.set(0);
        }
    }
}
