package io.xdp4j.vm.helper;

import io.xdp4j.map.ValueLock;
import io.xdp4j.vm.Execution;

/**
 * {@code bpf_spin_lock} and {@code bpf_spin_unlock} on the 32-bit lock in a map value: {@code kernel/bpf/helpers.c}, Linux
 * 6.18, by {@link ValueLock}.
 */
final class LockHelpers {

    private static final String STUCK =
            "bpf_spin_lock was not released in time (limit 1 s, less once locks have stayed taken)";

    private LockHelpers() {}

    static long lock(
            final Execution execution, final long lock, final long r2, final long r3, final long r4, final long r5) {
        if (execution.heldLock() != 0) {
            return execution.fault("second bpf_spin_lock while one is held", lock, 4);
        }
        if ((lock & 3) != 0) {
            return execution.fault("bpf_spin_lock is not aligned to 4 bytes", lock, 4);
        }
        if (!ValueLock.lock(lock, execution.environment().maps())) {
            return execution.faultAfterWaiting(STUCK, lock, 4);
        }
        execution.heldLock(lock);
        return 0;
    }

    static long unlock(
            final Execution execution, final long lock, final long r2, final long r3, final long r4, final long r5) {
        if (execution.heldLock() != lock) {
            return execution.fault("bpf_spin_unlock of a lock that is not held", lock, 4);
        }
        execution.heldLock(0);
        ValueLock.unlock(lock);
        return 0;
    }
}
