package io.xdp4j.map;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread sleep until another has something for it. The sleeper says that it sleeps, then looks once more; the
 * other makes its thing visible by a full fence, then looks for a sleeper: so one of them sees the other.
 */
final class Signal {

    private volatile @Nullable Thread sleeper;

    /** Wakes the sleeper, if there is one. A full fence must lie between what it waits for and this call. */
    void raise() {
        final Thread thread = sleeper;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /** Sleeps until the condition holds, the time is up or the thread is interrupted; returns whether it holds. */
    boolean await(final Condition condition, final long timeoutNs) {
        if (condition.holds() || timeoutNs <= 0) {
            return condition.holds();
        }
        final long start = System.nanoTime();
        sleeper = Thread.currentThread();
        try {
            while (!condition.holds()) {
                final long left = timeoutNs - (System.nanoTime() - start);
                if (left <= 0 || Thread.currentThread().isInterrupted()) {
                    return condition.holds();
                }
                LockSupport.parkNanos(this, left);
            }
            return true;
        } finally {
            sleeper = null;
        }
    }

    /** What a sleeper waits for. */
    @FunctionalInterface
    interface Condition {
        boolean holds();
    }
}
