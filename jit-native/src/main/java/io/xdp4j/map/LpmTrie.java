package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeMemory;
import java.lang.invoke.VarHandle;

/**
 * {@code BPF_MAP_TYPE_LPM_TRIE}, with the answers of {@code kernel/bpf/lpm_trie.c}, Linux 6.18: a key is a prefix length in
 * bits (32 bits, the machine's byte order) and 1 to 256 bytes of data in network order; a look-up answers the longest
 * entry that is a prefix of the key and no longer than the key says.
 *
 * <p>Look-ups take no lock and allocate nothing; {@link LpmTree} says how they get there, {@link LpmGrace} why that is safe
 * though blocks are used again. Writers take turns. As in the kernel an update of an entry that is there makes
 * a new one: a reader sees the old value whole or the new, and a program that holds the old one's address keeps it.
 */
final class LpmTrie extends UserspaceMap {

    private static final int FLAGS = MapSpec.NO_PREALLOC | SpecRule.NUMA_NODE | SpecRule.ACCESS;

    private static final long PATIENCE_NS = 1_000_000_000L;

    private final MapMemory memory;
    private final LpmKey keys;
    private final LpmSlots slots;
    private final LpmGrace grace;
    private final LpmTree tree;
    private final LpmChanges changes;
    private final LpmOrder order;
    private final SpinLock lock = new SpinLock();
    private volatile int entries;

    LpmTrie(final MapSpec spec, final MapContext context) {
        SpecRule.someEntries(spec);
        SpecRule.require(
                (spec.flags() & MapSpec.NO_PREALLOC) != 0,
                spec,
                Errno.EINVAL,
                "lpm_trie wants BPF_F_NO_PREALLOC: flags=0x" + Integer.toHexString(spec.flags()));
        SpecRule.flags(spec, FLAGS);
        SpecRule.require(
                spec.keySize() >= 5 && spec.keySize() <= 260,
                spec,
                Errno.EINVAL,
                "lpm_trie wants a 32-bit prefix length and 1 to 256 bytes: keySize=" + spec.keySize() + " bytes");
        SpecRule.require(
                spec.valueSize() > 0 && spec.valueSize() <= SpecRule.LARGEST_VALUE - 256 - 40,
                spec,
                Errno.EINVAL,
                "lpm_trie wants a value of 1 to 4194008 bytes: valueSize=" + spec.valueSize() + " bytes");
        final LpmKey keyBits = new LpmKey(spec.keySize() - 4);
        final MapMemory taken = new MapMemory(spec);
        final LpmSlots slotMemory = new LpmSlots(taken);
        final LpmRecords recordMemory = new LpmRecords(taken);
        final LpmGrace unlinked =
                new LpmGrace(slotMemory, recordMemory, context.table().grace());
        final LpmTree structure = taken.build(() -> new LpmTree(taken, keyBits, slotMemory, recordMemory));
        this.memory = taken;
        this.tree = structure;
        this.changes = new LpmChanges(keyBits, slotMemory, recordMemory, unlinked, structure);
        this.order = new LpmOrder(keyBits, recordMemory, structure);
        this.keys = keyBits;
        this.slots = slotMemory;
        this.grace = unlinked;
        super(spec, context);
    }

    private boolean tooLong(final int length) {
        return Integer.compareUnsigned(length, keys.bits()) > 0;
    }

    @Override
    public long lookup(final long key, final int cpu) {
        final int limit = NativeMemory.getInt(key);
        if (tooLong(limit)) {
            return 0;
        }
        while (true) {
            final int before = grace.epoch();
            final int slot = tree.find(key + 4, limit);
            VarHandle.acquireFence();
            if (grace.epoch() == before) {
                return slot == 0 ? 0 : slots.value(slot);
            }
        }
    }

    /** A value is copied whole or not at all, though Java's readers hold nothing up. */
    @Override
    protected int readValue(final long key, final long value) {
        final int limit = NativeMemory.getInt(key);
        while (!tooLong(limit)) {
            final int before = grace.epoch();
            final int slot = tree.find(key + 4, limit);
            // A spoilt walk may come back with a number that is no slot.
            if (slots.address(slot) != 0 && slot != 0) {
                NativeMemory.copy(slots.value(slot), value, spec().valueSize());
            }
            VarHandle.acquireFence();
            if (grace.epoch() == before) {
                return slot == 0 ? Errno.ENOENT.negative() : 0;
            }
        }
        return Errno.ENOENT.negative();
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        final int error = put(key, value, flags);
        return error == Errno.EAGAIN.negative() ? Errno.ENOMEM.negative() : error;
    }

    /** As {@link #update}, but waits up to a second for workers to leave, where slots that they may hold are in the way. */
    @Override
    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; it lets the workers go on
    protected int writeValue(final long key, final long value, final long flags) {
        final long since = System.nanoTime();
        int error = put(key, value, flags);
        while (error == Errno.EAGAIN.negative() && System.nanoTime() - since < PATIENCE_NS) {
            Thread.yield();
            error = put(key, value, flags);
        }
        return error == Errno.EAGAIN.negative() ? Errno.ENOMEM.negative() : error;
    }

    /** -EAGAIN: there will be a slot once workers leave. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // the map's lock is held
    private int put(final long key, final long value, final long flags) {
        final int length = NativeMemory.getInt(key);
        if (Long.compareUnsigned(flags, EXIST) > 0 || tooLong(length)) {
            return Errno.EINVAL.negative();
        }
        lock.lock();
        try {
            final long place = tree.locate(key + 4, length);
            if (place != 0 && flags == NOEXIST) {
                return Errno.EEXIST.negative();
            }
            if (place == 0 && flags == EXIST) {
                return Errno.ENOENT.negative();
            }
            if (place == 0 && entries == spec().maxEntries()) {
                return Errno.ENOSPC.negative();
            }
            final int slot = fill(key, value);
            if (slot == 0) {
                return (slots.full() ? Errno.EAGAIN : Errno.ENOMEM).negative();
            }
            if (place != 0) {
                final int old = NativeMemory.getInt(place) & Integer.MAX_VALUE;
                changes.replace(place, key + 4, length, slot);
                grace.retireSlot(old);
            } else if (changes.insert(key + 4, length, slot) == 0) {
                entries++;
            } else {
                slots.give(slot);
                return Errno.ENOMEM.negative();
            }
            grace.tick();
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private int fill(final long key, final long value) {
        int slot = slots.take(false);
        if (slot == 0) {
            grace.flush();
            slot = slots.take(true);
        }
        if (slot != 0) {
            NativeMemory.copy(key, slots.address(slot), spec().keySize());
            NativeMemory.copy(value, slots.value(slot), spec().valueSize());
        }
        return slot;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // the map's lock is held
    public int delete(final long key) {
        final int length = NativeMemory.getInt(key);
        if (tooLong(length)) {
            return Errno.EINVAL.negative();
        }
        lock.lock();
        try {
            final long place = tree.locate(key + 4, length);
            if (place == 0) {
                return Errno.ENOENT.negative();
            }
            final int slot = NativeMemory.getInt(place) & Integer.MAX_VALUE;
            final int error = changes.remove(place, key + 4, length);
            if (error == 0) {
                grace.retireSlot(slot);
                grace.tick();
                entries--;
            }
            return error;
        } finally {
            lock.unlock();
        }
    }

    /** Longer prefixes come before those that cover them; an unknown key starts again. */
    @Override
    public int nextKey(final long key, final long next) {
        lock.lock();
        try {
            final int length = key == 0 ? -1 : NativeMemory.getInt(key);
            final boolean known = !tooLong(length) && tree.locate(key + 4, length) != 0;
            final int slot = known ? order.after(key + 4, length) : order.first();
            if (slot == 0) {
                return Errno.ENOENT.negative();
            }
            NativeMemory.copy(slots.address(slot), next, spec().keySize());
            return 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean owns(final long address, final int size) {
        return slots.owns(address, size);
    }

    @Override
    public long entries() {
        return entries;
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
