package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeMemory;

/**
 * How a value is copied: its spin lock, if it has one, is never copied, and reads as zero.
 *
 * @param size bytes
 * @param lock offset of its {@code struct bpf_spin_lock}, or -1
 */
record ValueShape(int size, int lock) {

    private static final int LOCK_LENGTH = 4;

    static ValueShape of(final MapSpec spec) {
        return new ValueShape(spec.valueSize(), ValueLock.offset(spec));
    }

    boolean hasLock() {
        return lock >= 0;
    }

    /** Copies to where nobody can see it yet, or out of the map. */
    void copy(final long source, final long target) {
        NativeMemory.copy(source, target, size);
        if (lock >= 0) {
            NativeMemory.putInt(target + lock, 0);
        }
    }

    /** Copies out of a value in use while holding its lock; false if the lock is taken. */
    boolean copyLocked(final long source, final long target) {
        if (!ValueLock.tryLock(source + lock)) {
            return false;
        }
        copy(source, target);
        ValueLock.unlock(source + lock);
        return true;
    }

    /** Copies over a value in use; leaves its lock alone. */
    void copyInto(final long source, final long target) {
        if (lock < 0) {
            NativeMemory.copy(source, target, size);
            return;
        }
        final int behind = lock + LOCK_LENGTH;
        NativeMemory.copy(source, target, lock);
        NativeMemory.copy(source + behind, target + behind, size - behind);
    }

    /** Copies over a value in use while holding its lock; false if the lock is taken. */
    boolean copyIntoLocked(final long source, final long target) {
        if (!ValueLock.tryLock(target + lock)) {
            return false;
        }
        copyInto(source, target);
        ValueLock.unlock(target + lock);
        return true;
    }
}
