package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.sys.NativeMemory;

/**
 * A {@code struct bpf_spin_lock} in a map value: 32 bits, 0 when free. Programs take it by {@code bpf_spin_lock}, Java by
 * the flag {@code BPF_F_LOCK}; both come here.
 */
public final class ValueLock {

    private static final int SPINS = 200;
    private static final int DEPTH = 8;

    private ValueLock() {}

    /** Waits for the lock at that address and takes it. Not reentrant. */
    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; it lets a preempted holder go on
    public static void lock(final long address) {
        int spins = 0;
        while (!tryLock(address)) {
            if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** Takes the lock if it is free. */
    public static boolean tryLock(final long address) {
        return NativeMemory.compareAndExchangeInt(address, 0, 1) == 0;
    }

    /** Lets go of the lock; counterpart of the acquire in {@link #lock}. */
    public static void unlock(final long address) {
        NativeMemory.putIntRelease(address, 0);
    }

    /** Where the lock lies in the spec's values, in bytes; -1 if there is none, or the object has no types. */
    public static int offset(final MapSpec spec) {
        final Btf btf = spec.btf();
        if (btf == null || spec.valueType() <= 0 || spec.valueType() >= btf.size()) {
            return -1;
        }
        final int offset = find(btf, spec.valueType(), 0);
        return offset >= 0 && offset + 4 <= spec.valueSize() ? offset : -1;
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
