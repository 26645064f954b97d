package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;

/**
 * {@code BPF_MAP_TYPE_ARRAY} and {@code BPF_MAP_TYPE_PERCPU_ARRAY}: values by a 32-bit index, all there from the start,
 * zero. Global data sections are arrays of one value.
 *
 * <p>Values lie one after another, each rounded up to 8 bytes. A per-CPU array has one such run for every CPU, and the runs
 * begin on cache lines of their own, so that workers never write to the same line.
 *
 * <p>Updates copy in place, as in {@code kernel/bpf/arraymap.c}, Linux 6.18: a reader may see part of the old and part of
 * the new value. With {@code BPF_F_LOCK} they wait for the value's spin lock, and answer {@code -EBUSY} if that stays taken
 * ({@link ValueLock}).
 */
final class ArrayMap extends UserspaceMap {

    private final int maxEntries;
    private final int stride;
    private final long cpuStride;
    private final NativeArea area;
    private final long base;
    private final ValueShape shape;

    ArrayMap(final MapSpec spec, final MapContext context) {
        SpecRule.array(spec);
        super(spec, context);
        this.maxEntries = spec.maxEntries();
        this.stride = (spec.valueSize() + 7) & ~7;
        this.cpuStride = ((long) maxEntries * stride + CACHE_LINE - 1) & -CACHE_LINE;
        this.area = SpecRule.area(spec, cpuStride * cpus());
        this.base = area.address();
        this.shape = ValueShape.of(spec);
    }

    @Override
    public long lookup(final long key, final int cpu) {
        final int index = NativeMemory.getInt(key);
        return Integer.compareUnsigned(index, maxEntries) < 0 ? base + (long) index * stride + cpu(cpu) : 0;
    }

    @Override
    public long valueBase() {
        return spec().type().perCpu() ? 0 : base;
    }

    private long cpu(final int cpu) {
        return spec().type().perCpu() ? cpu * cpuStride : 0;
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        final int error = refusal(key, flags);
        return error == 0 ? copyInto(value, lookup(key, cpu), flags) : error;
    }

    private int copyInto(final long source, final long target, final long flags) {
        if ((flags & LOCK) == 0) {
            shape.copyInto(source, target);
            return 0;
        }
        final LockPatience patience = context().table().lockPatience();
        final long since = System.nanoTime();
        int tries = 0;
        while (!shape.copyIntoLocked(source, target)) {
            if (!patience.pause(++tries, since)) {
                return Errno.EBUSY.negative();
            }
        }
        patience.rewarded(tries);
        return 0;
    }

    private int refusal(final long key, final long flags) {
        final long mode = flags & ~LOCK;
        final boolean locked = mode != flags;
        if (mode < ANY || mode > EXIST || (locked && (spec().type().perCpu() || !shape.hasLock()))) {
            return Errno.EINVAL.negative();
        }
        if (Integer.compareUnsigned(NativeMemory.getInt(key), maxEntries) >= 0) {
            return Errno.E2BIG.negative();
        }
        return mode == NOEXIST ? Errno.EEXIST.negative() : 0;
    }

    @Override
    public long entryAt(final long address, final long key) {
        if (!owns(address, 1)) {
            return 0;
        }
        final int index = (int) ((address - base) % cpuStride / stride);
        NativeMemory.putInt(key, index);
        return base + (long) index * stride;
    }

    @Override
    public int delete(final long key) {
        return Errno.EINVAL.negative();
    }

    @Override
    public int nextKey(final long key, final long next) {
        return IndexKeys.next(key, next, maxEntries);
    }

    @Override
    protected int readValue(final long key, final long value) {
        final long found = lookup(key, 0);
        if (found == 0) {
            return Errno.ENOENT.negative();
        }
        for (int cpu = 0; cpu < cpus(); cpu++) {
            shape.copy(found + cpu(cpu), value + (long) cpu * stride);
        }
        return 0;
    }

    @Override
    protected int readLocked(final long key, final long value) {
        if (!shape.hasLock() || spec().type().perCpu()) {
            return Errno.EINVAL.negative();
        }
        final long found = lookup(key, 0);
        if (found == 0) {
            return Errno.ENOENT.negative();
        }
        final LockPatience patience = context().table().lockPatience();
        final long since = System.nanoTime();
        int tries = 0;
        while (!shape.copyLocked(found, value)) {
            if (!patience.pause(++tries, since)) {
                return Errno.EBUSY.negative();
            }
        }
        patience.rewarded(tries);
        return 0;
    }

    @Override
    protected int writeValue(final long key, final long value, final long flags) {
        int error = refusal(key, flags);
        for (int cpu = 0; cpu < cpus() && error == 0; cpu++) {
            error = copyInto(value + (long) cpu * stride, lookup(key, cpu), flags);
        }
        return error;
    }

    @Override
    public boolean owns(final long address, final int size) {
        final long offset = address - base;
        if (offset < 0 || offset >= area.length() || size < 0) {
            return false;
        }
        final long inRun = offset % cpuStride;
        return inRun < (long) maxEntries * stride && inRun % stride + size <= spec().valueSize();
    }

    @Override
    public long entries() {
        return maxEntries;
    }

    @Override
    public long memory() {
        return area.length();
    }

    @Override
    protected void free() {
        area.close();
    }
}
