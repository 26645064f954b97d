package io.xdp4j.map;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Orders a map's writers, as the kernel's spin locks do: held for some tens of nanoseconds, never while waiting for
 * anything else, not reentrant. A thread that waits long yields, so that a holder which lost its core can go on.
 */
final class SpinLock {

    private static final int SPINS = 200;

    private final AtomicInteger held = new AtomicInteger();

    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; it lets a preempted holder go on
    void lock() {
        while (!held.compareAndSet(0, 1)) {
            int spins = 0;
            while (held.getAcquire() != 0) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
    }

    void unlock() {
        held.setRelease(0);
    }
}
