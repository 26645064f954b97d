package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import org.agrona.MutableDirectBuffer;

/**
 * {@code BPF_MAP_TYPE_HASH}, {@code PERCPU_HASH}, {@code LRU_HASH} and {@code LRU_PERCPU_HASH}: see {@link HashTable} for
 * what readers and writers may rely on, {@link LruPool} for what is evicted.
 *
 * <p>A look-up by a program keeps an LRU entry from being evicted soon; one from Java does not, as in the kernel.
 */
final class HashedMap extends UserspaceMap {

    private final MapMemory memory;
    private final HashTable table;

    HashedMap(final MapSpec spec, final MapContext context) {
        final boolean lru = spec.type() == MapType.LRU_HASH || spec.type() == MapType.LRU_PERCPU_HASH;
        SpecRule.hash(spec, lru);
        final MapMemory taken = new MapMemory(spec);
        this.memory = taken;
        this.table = taken.build(() -> new HashTable(taken, ValueShape.of(spec), lru, context));
        super(spec, context);
    }

    /** The table, for compilers. */
    HashTable table() {
        return table;
    }

    @Override
    public long lookup(final long key, final int cpu) {
        return table.find(key, cpu);
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        return table.put(key, value, flags, cpu);
    }

    @Override
    public int delete(final long key) {
        return table.remove(key, 0);
    }

    @Override
    public int nextKey(final long key, final long next) {
        return table.walk().next(key, next);
    }

    @Override
    protected int readValue(final long key, final long value) {
        return table.read(key, value);
    }

    @Override
    protected int readLocked(final long key, final long value) {
        return table.readLocked(key, value);
    }

    @Override
    protected int writeValue(final long key, final long value, final long flags) {
        return table.put(key, value, flags, -1);
    }

    @Override
    protected int takeValue(final long key, final long value) {
        return table.remove(key, value);
    }

    @Override
    int batch(
            final Cursor cursor,
            final MutableDirectBuffer keys,
            final MutableDirectBuffer values,
            final int max,
            final boolean remove) {
        final int slot = scratch().claim();
        if (slot == Scratch.CLOSED) {
            throw new MapException("batch lookup", spec().name(), Errno.EBADF.number(), 0, "the map is closed");
        }
        try {
            return new HashBatch(table, scratch(), slot, keys, values, this, max).copy(cursor, remove);
        } finally {
            scratch().release(slot);
        }
    }

    @Override
    public boolean owns(final long address, final int size) {
        return table.owns(address, size);
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
    protected void free() {
        memory.close();
    }
}
