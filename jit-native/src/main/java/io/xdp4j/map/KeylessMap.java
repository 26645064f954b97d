package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;

/** A map without keys: whatever needs one is refused, with the error number that the kernel has for the type. */
abstract class KeylessMap extends UserspaceMap {

    private final int refusal;

    /** Takes what operations by key answer. */
    KeylessMap(final MapSpec spec, final MapContext context, final Errno refusal) {
        super(spec, context);
        this.refusal = refusal.negative();
    }

    @Override
    public final long lookup(final long key, final int cpu) {
        return 0;
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        return refusal;
    }

    @Override
    public final int delete(final long key) {
        return refusal;
    }

    @Override
    public final int nextKey(final long key, final long next) {
        return refusal;
    }

    @Override
    protected int readValue(final long key, final long value) {
        return refusal;
    }

    @Override
    protected int takeValue(final long key, final long value) {
        return refusal;
    }
}
