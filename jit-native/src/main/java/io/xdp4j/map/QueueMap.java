package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;

/**
 * A queue (first in, first out) or a stack (last in, first out) of values, as {@code kernel/bpf/queue_stack_maps.c}, Linux
 * 6.18. Values are copied in and out under a spin lock, as there; programs never hold a pointer into it.
 */
final class QueueMap extends KeylessMap {

    private final NativeArea area;
    private final SpinLock lock = new SpinLock();
    private final boolean stack;
    private final long stride;
    private long head;
    private long tail;

    QueueMap(final MapSpec spec, final MapContext context) {
        SpecRule.someEntries(spec);
        SpecRule.keySize(spec, 0);
        SpecRule.someValue(spec);
        SpecRule.flags(spec, SpecRule.NUMA_NODE | SpecRule.ACCESS);
        final long rounded = (spec.valueSize() + 7L) & ~7L;
        this.stride = rounded;
        this.area = SpecRule.area(spec, spec.maxEntries() * rounded);
        super(spec, context, Errno.EINVAL);
        this.stack = spec.type() == MapType.STACK;
    }

    private long slot(final long position) {
        return area.address() + position % spec().maxEntries() * stride;
    }

    @Override
    public int push(final long value, final long flags) {
        if ((flags & BpfMap.NOEXIST) != 0 || Long.compareUnsigned(flags, BpfMap.EXIST) > 0) {
            return Errno.EINVAL.negative();
        }
        lock.lock();
        try {
            if (head - tail == spec().maxEntries()) {
                if (flags != BpfMap.EXIST) {
                    return Errno.E2BIG.negative();
                }
                tail++;
            }
            NativeMemory.copy(value, slot(head++), spec().valueSize());
            return 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int pop(final long value) {
        return take(value, true);
    }

    @Override
    public int peek(final long value) {
        return take(value, false);
    }

    private int take(final long value, final boolean remove) {
        lock.lock();
        try {
            if (head == tail) {
                NativeMemory.fill(value, spec().valueSize(), (byte) 0);
                return Errno.ENOENT.negative();
            }
            NativeMemory.copy(slot(stack ? head - 1 : tail), value, spec().valueSize());
            if (remove && stack) {
                head--;
            } else if (remove) {
                tail++;
            }
            return 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected int readValue(final long key, final long value) {
        return peek(value);
    }

    @Override
    protected int writeValue(final long key, final long value, final long flags) {
        return push(value, flags);
    }

    @Override
    public boolean owns(final long address, final int size) {
        return false;
    }

    @Override
    public long entries() {
        lock.lock();
        try {
            return head - tail;
        } finally {
            lock.unlock();
        }
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
