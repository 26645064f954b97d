package io.xdp4j.vm.helper;

import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/**
 * {@code bpf_spin_lock} and {@code bpf_spin_unlock} on the 32-bit lock in a map value: {@code kernel/bpf/helpers.c}, Linux
 * 6.18. A worker can lose its core while it holds a lock, which cannot happen in the kernel: so who waits long yields, and
 * gives up after a second.
 */
final class LockHelpers {

    private static final int SPINS = 1000;
    private static final long PATIENCE_NS = 1_000_000_000L;

    private LockHelpers() {}

    static long lock(
            final Execution execution, final long lock, final long r2, final long r3, final long r4, final long r5) {
        if (execution.heldLock() != 0) {
            return execution.fault("second bpf_spin_lock while one is held", lock, 4);
        }
        if ((lock & 3) != 0) {
            return execution.fault("bpf_spin_lock is not aligned to 4 bytes", lock, 4);
        }
        if (NativeMemory.compareAndExchangeInt(lock, 0, 1) != 0 && !await(lock)) {
            return execution.fault("bpf_spin_lock was not released within a second", lock, 4);
        }
        execution.heldLock(lock);
        return 0;
    }

    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; it lets a preempted holder go on
    private static boolean await(final long lock) {
        final long start = System.nanoTime();
        while (System.nanoTime() - start < PATIENCE_NS) {
            for (int spin = 0; spin < SPINS; spin++) {
                if (NativeMemory.getIntAcquire(lock) == 0 && NativeMemory.compareAndExchangeInt(lock, 0, 1) == 0) {
                    return true;
                }
                Thread.onSpinWait();
            }
            Thread.yield();
        }
        return false;
    }

    static long unlock(
            final Execution execution, final long lock, final long r2, final long r3, final long r4, final long r5) {
        if (execution.heldLock() != lock) {
            return execution.fault("bpf_spin_unlock of a lock that is not held", lock, 4);
        }
        execution.heldLock(0);
        NativeMemory.putIntRelease(lock, 0);
        return 0;
    }
}
