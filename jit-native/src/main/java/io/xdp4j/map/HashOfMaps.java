package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import org.agrona.DirectBuffer;

/**
 * {@code BPF_MAP_TYPE_HASH_OF_MAPS}: a {@link HashTable} whose values are inner maps' handles. As for {@link ArrayOfMaps}, Java
 * sees ids, programs can only look up, and an entry keeps its map alive. Writers take turns.
 */
final class HashOfMaps extends UserspaceMap {

    private static final int HANDLE_LENGTH = 8;

    private final InnerMaps inner;
    private final MapMemory memory;
    private final HashTable table;

    /** The writers' own: the handle to put, the handle that was there. */
    private final long handles;

    HashOfMaps(final MapSpec spec, final MapContext context) {
        SpecRule.hash(spec, false);
        this.inner = new InnerMaps(spec, context);
        final MapMemory taken = new MapMemory(spec);
        this.memory = taken;
        this.table = taken.build(() -> new HashTable(taken, new ValueShape(HANDLE_LENGTH, -1), false, context));
        this.handles = taken.build(() -> taken.area(2 * HANDLE_LENGTH)).address();
        super(spec, context);
    }

    private long newHandle() {
        return handles;
    }

    private long oldHandle() {
        return handles + HANDLE_LENGTH;
    }

    @Override
    public long lookup(final long key, final int cpu) {
        return table.readLong(key);
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        return Errno.EINVAL.negative();
    }

    @Override
    public int delete(final long key) {
        synchronized (this) {
            final int error = table.remove(key, oldHandle());
            if (error == 0) {
                inner.letGo(NativeMemory.getLong(oldHandle()));
            }
            return error;
        }
    }

    @Override
    public int nextKey(final long key, final long next) {
        return table.walk().next(key, next);
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
        return put(key, NativeMemory.getInt(value), flags);
    }

    @Override
    public int putMap(final DirectBuffer key, final int keyOffset, final BpfMap map, final long flags) {
        if (readOnly()) {
            return Errno.EPERM.negative();
        }
        final int slot = scratch().claim();
        if (slot == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            return put(scratch().putKey(slot, key, keyOffset), inner.id(map), flags);
        } finally {
            scratch().release(slot);
        }
    }

    private synchronized int put(final long key, final int id, final long flags) {
        final UserspaceMap map = inner.holdById(id);
        if (map == null) {
            return inner.refusal(id);
        }
        final long old = table.readLong(key);
        NativeMemory.putLong(newHandle(), map.handle());
        final int error = table.put(key, newHandle(), flags, 0);
        if (error != 0) {
            map.letGo();
        } else if (old != 0) {
            inner.letGo(old);
        }
        return error;
    }

    @Override
    public boolean owns(final long address, final int size) {
        return false;
    }

    @Override
    public long entries() {
        return table.entries();
    }

    @Override
    public long memory() {
        return memory.length();
    }

    @Override
    synchronized void letGoOfOthers() {
        try (NativeArea key = new NativeArea(spec().keySize(), 8)) {
            while (table.walk().next(0, key.address()) == 0) {
                delete(key.address());
            }
        }
    }

    @Override
    protected void free() {
        memory.close();
    }
}
