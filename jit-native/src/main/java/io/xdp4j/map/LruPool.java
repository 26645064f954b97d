package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.util.function.IntPredicate;

/**
 * The elements of an LRU map: when none is free, some that were not used for long leave the table ({@link LruList}).
 *
 * <p>By default all CPUs share one list. So that they seldom meet at its lock, each takes free elements from it by the batch
 * and keeps those that it put into the table as <em>pending</em> until it takes the next batch. If the shared list has nothing
 * to give, a CPU helps itself at another's free or pending elements. With {@code BPF_F_NO_COMMON_LRU} every CPU has its
 * own list and its own share of the elements: no shared lock, but a CPU that inserts much evicts only its own.
 *
 * <p>Locks are taken in the order CPU, shared list, bucket.
 */
final class LruPool implements ElementPool {

    private static final byte LOCAL_FREE = 3;
    private static final byte PENDING = 4;

    /** Beside a CPU's lock: elements in its free list. */
    private static final int LOCAL_COUNT = 8;

    /** Elements that a CPU takes from the shared list at most at once, and that a round of ageing looks at. */
    private static final int SHARED_BATCH = 128;

    /** The same for a CPU's own list. */
    private static final int OWN_BATCH = 4;

    private final HashBuckets buckets;
    private final IntPredicate leave = this::leave;
    private final ElementChunk elements;
    private final LruMarks marks;
    private final NodeLists nodes;
    private final NativeArea locks;
    private final LruList[] lists;
    private final int cpus;
    private final boolean shared;
    private final int batch;
    private final int localHeads;
    private final int[] stealFrom;

    LruPool(final MapMemory memory, final ElementLayout layout, final int cpus, final HashBuckets buckets) {
        final MapSpec spec = memory.spec();
        this.buckets = buckets;
        this.cpus = cpus;
        this.shared = (spec.flags() & MapSpec.NO_COMMON_LRU) == 0;
        final int count = shared
                ? spec.maxEntries()
                : (int) Math.min(
                        Integer.MAX_VALUE / cpus * (long) cpus, (spec.maxEntries() + (long) cpus - 1) / cpus * cpus);
        this.batch = shared ? Math.clamp(count / cpus / 2, 1, SHARED_BATCH) : OWN_BATCH;
        this.lists = new LruList[shared ? 1 : cpus];
        this.localHeads = count + lists.length * LruList.HEADS;
        this.elements = new ElementChunk(memory, layout, count, cpus);
        this.marks = new LruMarks(elements);
        this.nodes = new NodeLists(memory, count, lists.length * LruList.HEADS + 2 * cpus);
        this.locks = memory.area((cpus + 1) * UserspaceMap.CACHE_LINE);
        this.stealFrom = new int[cpus];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = new LruList(nodes, marks, count + i * LruList.HEADS, shared ? SHARED_BATCH : OWN_BATCH);
        }
        for (int node = count - 1; node >= 0; node--) {
            NativeMemory.putInt(elements.element(node) + LruMarks.NUMBER, node);
            final int owner = shared ? 0 : node / (count / cpus);
            nodes.owner(node, owner);
            lists[owner].add(node, false);
        }
    }

    private long lockOf(final int cpu) {
        return locks.address() + cpu * UserspaceMap.CACHE_LINE;
    }

    private long sharedLock() {
        return lockOf(cpus);
    }

    private int localFree(final int cpu) {
        return localHeads + 2 * cpu;
    }

    private int pending(final int cpu) {
        return localHeads + 2 * cpu + 1;
    }

    private boolean leave(final int node) {
        return buckets.unlink(elements.element(node), nodes.hash(node));
    }

    @Override
    public long take(final int hash, final int cpu) {
        final int node = shared ? takeShared(hash, cpu) : takeOwn(hash, cpu);
        return node < 0 ? Errno.ENOMEM.negative() : elements.element(node);
    }

    @Override
    public long takeSpare(final int hash, final int cpu) {
        return take(hash, cpu);
    }

    private int takeOwn(final int hash, final int cpu) {
        final LruList list = lists[cpu];
        LockedWord.lock(lockOf(cpu));
        list.age();
        int node = list.takeFree();
        if (node < 0) {
            list.evict(batch, leave);
            node = list.takeFree();
        }
        if (node >= 0) {
            nodes.hash(node, hash);
            list.add(node, true);
        }
        LockedWord.unlock(lockOf(cpu), 0);
        return node;
    }

    private int takeShared(final int hash, final int cpu) {
        LockedWord.lock(lockOf(cpu));
        int node = takeLocal(cpu);
        if (node < 0) {
            refill(cpu);
            node = takeLocal(cpu);
        }
        if (node >= 0) {
            makePending(node, hash, cpu);
        }
        LockedWord.unlock(lockOf(cpu), 0);
        return node < 0 ? steal(hash, cpu) : node;
    }

    private int localCount(final int cpu) {
        return NativeMemory.getIntAcquire(lockOf(cpu) + LOCAL_COUNT);
    }

    private void addLocal(final int node, final int cpu) {
        nodes.kind(node, LOCAL_FREE);
        nodes.owner(node, cpu);
        nodes.addFirst(localFree(cpu), node);
        NativeMemory.putIntRelease(lockOf(cpu) + LOCAL_COUNT, localCount(cpu) + 1);
    }

    private int takeLocal(final int cpu) {
        final int node = nodes.next(localFree(cpu));
        if (node == localFree(cpu)) {
            return -1;
        }
        nodes.remove(node);
        NativeMemory.putIntRelease(lockOf(cpu) + LOCAL_COUNT, localCount(cpu) - 1);
        return node;
    }

    private void makePending(final int node, final int hash, final int cpu) {
        nodes.hash(node, hash);
        nodes.owner(node, cpu);
        marks.clear(node);
        nodes.kind(node, PENDING);
        nodes.addFirst(pending(cpu), node);
    }

    /** Moves the pending elements to the shared list and gets the CPU a batch of free ones. */
    private void refill(final int cpu) {
        final LruList list = lists[0];
        LockedWord.lock(sharedLock());
        int node = nodes.previous(pending(cpu));
        while (node != pending(cpu)) {
            final int following = nodes.previous(node);
            nodes.remove(node);
            list.add(node, true);
            node = following;
        }
        list.age();
        final int taken = takeFree(list, cpu, batch);
        if (taken < batch) {
            list.evict(batch - taken, leave);
            takeFree(list, cpu, batch - taken);
        }
        LockedWord.unlock(sharedLock(), 0);
    }

    private int takeFree(final LruList list, final int cpu, final int wanted) {
        int taken = 0;
        while (taken < wanted) {
            final int node = list.takeFree();
            if (node < 0) {
                break;
            }
            addLocal(node, cpu);
            taken++;
        }
        return taken;
    }

    /** Takes an element from another CPU, or this one's own pending ones. */
    private int steal(final int hash, final int cpu) {
        int victim = stealFrom[cpu];
        int node = -1;
        for (int i = 0; i < cpus && node < 0; i++) {
            LockedWord.lock(lockOf(victim));
            node = takeLocal(victim);
            if (node < 0) {
                node = takePending(victim, false);
            }
            if (node < 0) {
                node = takePending(victim, true);
            }
            LockedWord.unlock(lockOf(victim), 0);
            victim = victim + 1 == cpus ? 0 : victim + 1;
        }
        stealFrom[cpu] = victim;
        if (node >= 0) {
            LockedWord.lock(lockOf(cpu));
            makePending(node, hash, cpu);
            LockedWord.unlock(lockOf(cpu), 0);
        }
        return node;
    }

    private int takePending(final int cpu, final boolean marked) {
        for (int node = nodes.previous(pending(cpu)); node != pending(cpu); node = nodes.previous(node)) {
            if ((marked || !marks.marked(node)) && leave(node)) {
                nodes.remove(node);
                return node;
            }
        }
        return -1;
    }

    @Override
    public void give(final long element) {
        final int node = NativeMemory.getInt(element + LruMarks.NUMBER);
        if (!shared) {
            giveTo(lists[nodes.owner(node)], lockOf(nodes.owner(node)), node);
        } else if (!giveBackPending(node)) {
            giveTo(lists[0], sharedLock(), node);
        }
    }

    private boolean giveBackPending(final int node) {
        if (nodes.kind(node) != PENDING) {
            return false;
        }
        final int cpu = nodes.owner(node);
        LockedWord.lock(lockOf(cpu));
        // its CPU may have moved it to the shared list before we had the lock
        final boolean still = nodes.kind(node) == PENDING;
        if (still) {
            nodes.remove(node);
            addLocal(node, cpu);
        }
        LockedWord.unlock(lockOf(cpu), 0);
        return still;
    }

    private static void giveTo(final LruList list, final long lock, final int node) {
        LockedWord.lock(lock);
        list.remove(node);
        list.add(node, false);
        LockedWord.unlock(lock, 0);
    }

    @Override
    public void giveSpare(final long element) {
        give(element);
    }

    @Override
    public boolean owns(final long address, final int size) {
        return elements.owns(address, size);
    }

    @Override
    public long used() {
        long used = elements.count();
        for (final LruList list : lists) {
            used -= list.free();
        }
        for (int cpu = 0; cpu < cpus; cpu++) {
            used -= localCount(cpu);
        }
        return Math.max(0, used);
    }
}
