package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import org.agrona.DirectBuffer;

/**
 * {@code BPF_MAP_TYPE_ARRAY_OF_MAPS}: 64-bit slots, each with an inner map's handle or 0. Java reads a slot as the inner
 * map's id and fills it by an id or by {@link BpfMap#putMap}; programs can only look up. A slot keeps its map alive.
 */
final class ArrayOfMaps extends UserspaceMap {

    private final InnerMaps inner;
    private final NativeArea slots;

    ArrayOfMaps(final MapSpec spec, final MapContext context) {
        SpecRule.someEntries(spec);
        SpecRule.keySize(spec, 4);
        SpecRule.flags(spec, SpecRule.NUMA_NODE | MapSpec.RDONLY | MapSpec.WRONLY);
        this.inner = new InnerMaps(spec, context);
        this.slots = SpecRule.area(spec, 8L * spec.maxEntries());
        super(spec, context);
    }

    private long slot(final int index) {
        return slots.address() + 8L * index;
    }

    private boolean inRange(final int index) {
        return Integer.compareUnsigned(index, spec().maxEntries()) < 0;
    }

    @Override
    public long lookup(final long key, final int cpu) {
        final int index = NativeMemory.getInt(key);
        return inRange(index) ? NativeMemory.getLongAcquire(slot(index)) : 0;
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        return Errno.EINVAL.negative();
    }

    @Override
    public int delete(final long key) {
        final int index = NativeMemory.getInt(key);
        if (!inRange(index)) {
            return Errno.E2BIG.negative();
        }
        final long old = NativeMemory.getAndSetLong(slot(index), 0);
        inner.letGo(old);
        return old == 0 ? Errno.ENOENT.negative() : 0;
    }

    @Override
    public int nextKey(final long key, final long next) {
        return IndexKeys.next(key, next, spec().maxEntries());
    }

    @Override
    protected int readValue(final long key, final long value) {
        final long handle = lookup(key, 0);
        if (handle == 0) {
            return Errno.ENOENT.negative();
        }
        NativeMemory.putInt(value, MapTable.id(handle));
        return 0;
    }

    @Override
    protected int writeValue(final long key, final long value, final long flags) {
        return put(NativeMemory.getInt(key), NativeMemory.getInt(value), flags);
    }

    @Override
    public int putMap(final DirectBuffer key, final int keyOffset, final BpfMap map, final long flags) {
        if (readOnly()) {
            return Errno.EPERM.negative();
        }
        final int claim = scratch().claim();
        if (claim == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            return put(key.getInt(keyOffset), inner.id(map), flags);
        } finally {
            scratch().release(claim);
        }
    }

    private int put(final int index, final int id, final long flags) {
        if (flags != ANY) {
            return Errno.EINVAL.negative();
        }
        if (!inRange(index)) {
            return Errno.E2BIG.negative();
        }
        final UserspaceMap map = inner.holdById(id);
        if (map == null) {
            return inner.refusal(id);
        }
        inner.letGo(NativeMemory.getAndSetLong(slot(index), map.handle()));
        return 0;
    }

    @Override
    public boolean owns(final long address, final int size) {
        return false;
    }

    @Override
    public long entries() {
        long entries = 0;
        for (int i = 0; i < spec().maxEntries(); i++) {
            entries += NativeMemory.getLongAcquire(slot(i)) == 0 ? 0 : 1;
        }
        return entries;
    }

    @Override
    public long memory() {
        return slots.length();
    }

    @Override
    void letGoOfOthers() {
        for (int i = 0; i < spec().maxEntries(); i++) {
            inner.letGo(NativeMemory.getAndSetLong(slot(i), 0));
        }
    }

    @Override
    protected void free() {
        slots.close();
    }
}
