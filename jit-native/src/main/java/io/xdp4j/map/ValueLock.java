package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.sys.NativeMemory;

/**
 * A {@code struct bpf_spin_lock} in a map value: 32 bits, 0 when free. Programs take it by {@code bpf_spin_lock}, Java by
 * the flag {@code BPF_F_LOCK}; both come here. A worker can lose its core while it holds one, which cannot happen in the
 * kernel: so who waits long yields, and gives up in the end ({@link LockPatience}).
 */
public final class ValueLock {

    private static final int DEPTH = 8;

    private ValueLock() {}

    /**
     * Waits up to a second for the lock at that address, less if locks in this engine have stayed taken, and takes it. Not
     * reentrant.
     *
     * @return false if it stayed taken: whoever took it will not let go, or a program wrote into it
     */
    public static boolean lock(final long address, final MapTable engine) {
        if (tryLock(address)) {
            return true;
        }
        final LockPatience patience = engine.lockPatience();
        final long since = System.nanoTime();
        for (int tries = 1; patience.pause(tries, since); tries++) {
            if (NativeMemory.getIntAcquire(address) == 0 && tryLock(address)) {
                patience.rewarded(tries);
                return true;
            }
        }
        return false;
    }

    /** Takes the lock if it is free. */
    public static boolean tryLock(final long address) {
        return NativeMemory.compareAndExchangeInt(address, 0, 1) == 0;
    }

    /** Lets go of the lock; counterpart of the acquire in {@link #lock}. */
    public static void unlock(final long address) {
        NativeMemory.putIntRelease(address, 0);
    }

    /** Where the lock lies in the spec's values, in bytes; -1 if there is none on a multiple of 4, or no types. */
    public static int offset(final MapSpec spec) {
        final Btf btf = spec.btf();
        if (btf == null || spec.valueType() <= 0 || spec.valueType() >= btf.size()) {
            return -1;
        }
        final int offset = find(btf, spec.valueType(), 0);
        return offset >= 0 && (offset & 3) == 0 && offset + 4 <= spec.valueSize() ? offset : -1;
    }

    private static int find(final Btf btf, final int typeId, final int depth) {
        if (depth > DEPTH || !(btf.type(btf.skipModifiers(typeId)) instanceof BtfType.Struct struct)) {
            return -1;
        }
        if (struct.name().equals("bpf_spin_lock")) {
            return 0;
        }
        for (final BtfType.Member member : struct.members()) {
            final int inside = find(btf, member.typeId(), depth + 1);
            if (inside >= 0) {
                return member.byteOffset() + inside;
            }
        }
        return -1;
    }
}
