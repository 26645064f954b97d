package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.lang.invoke.VarHandle;

/**
 * Interfaces by any 32-bit key, as {@code kernel/bpf/devmap.c}, Linux 6.18. Values as in {@link DevMap}.
 *
 * <p>Buckets of chains over a fixed pool of nodes. Writers hold a lock. A removed node reads as empty, and is used again
 * when no program can have its address any more ({@link Grace}). A reader takes no lock: it walks, and if meanwhile a node
 * became free for another key ({@code reuses} has moved) it walks again. Nodes never leave the pool, so a stale link leads
 * to some node of it, and a walk longer than the pool is given up.
 */
final class DevMapHash extends RedirectMap {

    /** A node: key, number of the next node or 0, packed entry or 0. Node 0 stays unused. */
    private static final int NODE = 16;

    /** Nodes beyond the entries, for those that were removed while programs may still look at them. */
    private static final int SPARE = 64;

    private static final int NEXT = 4;
    private static final int ENTRY = 8;

    private final MapMemory memory;
    private final NativeArea heads;
    private final NativeArea nodes;
    private final SpinLock lock = new SpinLock();
    private final int bucketMask;
    private volatile int reuses;
    private volatile int used;
    private volatile int items;
    private int free;

    DevMapHash(final MapSpec spec, final MapContext context) {
        SpecRule.someEntries(spec);
        SpecRule.keySize(spec, 4);
        SpecRule.valueSize(spec, 4, 8);
        SpecRule.flags(spec, DevMap.FLAGS);
        final int buckets = spec.maxEntries() == 1 ? 1 : Integer.highestOneBit(spec.maxEntries() - 1) << 1;
        SpecRule.require(buckets > 0, spec, Errno.EINVAL, "maxEntries=" + spec.maxEntries() + ", limit=1073741824");
        this.bucketMask = buckets - 1;
        final MapMemory taken = new MapMemory(spec);
        this.memory = taken;
        this.nodes = taken.area((long) NODE * (1L + spec.maxEntries() + SPARE));
        this.heads = taken.build(() -> taken.area(4L * buckets));
        super(spec, context, BROADCAST | EXCLUDE_INGRESS);
    }

    private long node(final int number) {
        return nodes.address() + (long) NODE * number;
    }

    private long head(final int key) {
        return heads.address() + 4L * (key & bucketMask);
    }

    /** The key's node, or 0. */
    private long find(final int key) {
        while (true) {
            final int before = reuses;
            int number = NativeMemory.getIntAcquire(head(key));
            long found = 0;
            for (int steps = 0; number != 0 && steps <= spec().maxEntries() + SPARE; steps++) {
                if (NativeMemory.getInt(node(number)) == key) {
                    found = node(number);
                    break;
                }
                number = NativeMemory.getIntAcquire(node(number) + NEXT);
            }
            VarHandle.acquireFence();
            if (reuses == before) {
                return found;
            }
        }
    }

    @Override
    public long entry(final int key) {
        while (true) {
            final int before = reuses;
            final long found = find(key);
            final long entry = found == 0 ? 0 : NativeMemory.getLongAcquire(found + ENTRY);
            if (reuses == before) {
                return entry;
            }
        }
    }

    @Override
    public int positions() {
        return used;
    }

    @Override
    public long entryAt(final int position) {
        return NativeMemory.getLongAcquire(node(position + 1) + ENTRY);
    }

    @Override
    public long lookup(final long key, final int cpu) {
        final long found = find(NativeMemory.getInt(key));
        return found == 0 || NativeMemory.getLongAcquire(found + ENTRY) == 0 ? 0 : found + ENTRY;
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        final int ifindex = NativeMemory.getInt(value);
        if (Long.compareUnsigned(flags, EXIST) > 0 || ifindex == 0) {
            return Errno.EINVAL.negative();
        }
        final int program = spec().valueSize() == 8 ? Math.max(0, NativeMemory.getInt(value + 4)) : 0;
        final int wanted = NativeMemory.getInt(key);
        if (poolEmpty()) {
            context().table().grace().freeWhatCanBe();
        }
        lock.lock();
        try {
            final long found = find(wanted);
            if (found != 0 && flags == NOEXIST) {
                return Errno.EEXIST.negative();
            }
            if (ifindex < 0 || !knows(program)) {
                return Errno.EINVAL.negative();
            }
            if (found != 0) {
                NativeMemory.putLongRelease(found + ENTRY, pack(ifindex, program));
                return 0;
            }
            return items == spec().maxEntries() ? Errno.E2BIG.negative() : insert(wanted, pack(ifindex, program));
        } finally {
            lock.unlock();
        }
    }

    private boolean poolEmpty() {
        lock.lock();
        try {
            return free == 0 && used == spec().maxEntries() + SPARE;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the writer's lock is held
    private int insert(final int key, final long entry) {
        int number = free;
        if (number != 0) {
            free = NativeMemory.getInt(node(number) + NEXT);
        } else if (used < spec().maxEntries() + SPARE) {
            number = used + 1;
        } else {
            return Errno.ENOMEM.negative();
        }
        NativeMemory.putInt(node(number), key);
        NativeMemory.putInt(node(number) + NEXT, NativeMemory.getInt(head(key)));
        NativeMemory.putLongRelease(node(number) + ENTRY, entry);
        NativeMemory.putIntRelease(head(key), number);
        used = Math.max(used, number);
        items++;
        return 0;
    }

    @Override
    public int delete(final long key) {
        final int removed = unlink(NativeMemory.getInt(key));
        if (removed == 0) {
            return Errno.ENOENT.negative();
        }
        // Without the lock, which giving the node back takes.
        context().table().grace().retire(() -> giveBack(removed));
        return 0;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // the writer's lock is held
    private void giveBack(final int number) {
        lock.lock();
        try {
            reuses++;
            VarHandle.fullFence();
            NativeMemory.putIntRelease(node(number) + NEXT, free);
            free = number;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the key's node out of its bucket; 0 if there is none. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // the writer's lock is held
    private int unlink(final int wanted) {
        lock.lock();
        try {
            long link = head(wanted);
            int number = NativeMemory.getInt(link);
            while (number != 0 && NativeMemory.getInt(node(number)) != wanted) {
                link = node(number) + NEXT;
                number = NativeMemory.getInt(link);
            }
            if (number != 0) {
                NativeMemory.putIntRelease(link, NativeMemory.getInt(node(number) + NEXT));
                NativeMemory.putLongRelease(node(number) + ENTRY, 0);
                items--;
            }
            return number;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int nextKey(final long key, final long next) {
        lock.lock();
        try {
            int bucket = 0;
            int number = 0;
            if (key != 0) {
                final int current = NativeMemory.getInt(key);
                final long found = find(current);
                if (found != 0) {
                    number = NativeMemory.getInt(found + NEXT);
                    bucket = (current & bucketMask) + 1;
                }
            }
            for (; number == 0 && bucket <= bucketMask; bucket++) {
                number = NativeMemory.getInt(head(bucket));
            }
            if (number == 0) {
                return Errno.ENOENT.negative();
            }
            NativeMemory.putInt(next, NativeMemory.getInt(node(number)));
            return 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean owns(final long address, final int size) {
        final long offset = address - nodes.address();
        return offset >= NODE
                && offset < nodes.length()
                && (offset & NODE - 1) >= ENTRY
                && (offset & NODE - 1) - ENTRY + size <= spec().valueSize();
    }

    @Override
    public long entries() {
        return items;
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
