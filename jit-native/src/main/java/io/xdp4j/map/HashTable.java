package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeMemory;
import java.lang.invoke.VarHandle;

/**
 * A hash table in native memory for readers that never wait and writers that lock one bucket: the core of every hash map.
 *
 * <p>Elements never move and their memory stays mapped, so a value's address is good for as long as the table lives; once its
 * key is deleted or (except in a per-CPU table) updated, the element may be used for another key. An update puts a new
 * element in the old one's place: readers see the old value or the new one, whole. Per-CPU values are written in place.
 *
 * <p>Flags and errors as in {@code kernel/bpf/hashtab.c}, Linux 6.18.
 */
final class HashTable {

    private final HashBuckets buckets;
    private final HashIndex index;
    private final ElementLayout layout;
    private final ElementPool pool;
    private final HashWalk walk;
    private final ValueShape shape;
    private final boolean lru;
    private final boolean perCpu;
    private final int cpus;
    private final LockPatience patience;

    /** Makes an empty table for values of that shape. */
    HashTable(final MapMemory memory, final ValueShape shape, final boolean lru, final MapContext context) {
        final MapSpec spec = memory.spec();
        this.shape = shape;
        this.patience = context.table().lockPatience();
        this.lru = lru;
        this.perCpu = spec.type().perCpu();
        this.cpus = perCpu ? context.cpus() : 1;
        this.layout = ElementLayout.of(spec.keySize(), perCpu ? ElementChunk.PER_CPU_LENGTH : shape.size());
        this.buckets = new HashBuckets(memory, context.seeds());
        this.index = buckets.index();
        this.walk = new HashWalk(buckets, layout);
        this.pool = lru
                ? new LruPool(memory, layout, context.cpus(), buckets)
                : new FreePool(memory, layout, context.cpus());
    }

    /** What a compiled program needs for a look-up. */
    HashIndex index() {
        return index;
    }

    /** Offset of the value in an element. */
    int valueOffset() {
        return layout.valueOffset();
    }

    /** Address of the key's value on that CPU, or 0. */
    long find(final long key, final int cpu) {
        final long element = index.find(key);
        if (element == 0) {
            return 0;
        }
        if (lru) {
            LruMarks.mark(element);
        }
        return value(element, cpu);
    }

    /** Address of an element's value on that CPU. */
    long value(final long element, final int cpu) {
        final long value = element + layout.valueOffset();
        return perCpu
                ? NativeMemory.getLong(value + ElementChunk.VALUES)
                        + cpu * NativeMemory.getLong(value + ElementChunk.DISTANCE)
                : value;
    }

    /**
     * Copies the key's value (all CPUs' values) out. What is copied was the key's at one moment; a per-CPU value that its CPU
     * writes meanwhile may be part old, part new.
     */
    int read(final long key, final long target) {
        while (true) {
            final long element = index.find(key);
            if (element == 0) {
                return Errno.ENOENT.negative();
            }
            final long tag = NativeMemory.getLongAcquire(element);
            copyOut(element, target);
            final boolean same = (int) tag != 0 && index.matches(element, key);
            VarHandle.acquireFence();
            if (same && NativeMemory.getLong(element) == tag) {
                return 0;
            }
        }
    }

    /** Copies the key's value out while holding its spin lock; {@code -EINVAL} if it has none, {@code -EBUSY} if it stays taken. */
    int readLocked(final long key, final long target) {
        if (perCpu || !shape.hasLock()) {
            return Errno.EINVAL.negative();
        }
        final long since = System.nanoTime();
        int tries = 0;
        int error = tryReadLocked(key, target);
        while (error == Errno.EBUSY.negative() && patience.pause(++tries, since)) {
            error = tryReadLocked(key, target);
        }
        if (error != Errno.EBUSY.negative()) {
            patience.rewarded(tries);
        }
        return error;
    }

    private int tryReadLocked(final long key, final long target) {
        final int hash = index.hash(key);
        final long head = buckets.lock(hash); // keeps the element from being used anew meanwhile
        final long element = buckets.find(head, hash, key);
        final boolean free = element == 0 || shape.copyLocked(value(element, 0), target);
        buckets.unlock(hash, head);
        if (!free) {
            return Errno.EBUSY.negative();
        }
        return element == 0 ? Errno.ENOENT.negative() : 0;
    }

    /** The first 8 bytes of the key's value, or 0; for tables whose values are single words. */
    long readLong(final long key) {
        while (true) {
            final long element = index.find(key);
            if (element == 0) {
                return 0;
            }
            final long tag = NativeMemory.getLongAcquire(element);
            final long value = NativeMemory.getLong(element + layout.valueOffset());
            final boolean same = (int) tag != 0 && index.matches(element, key);
            VarHandle.acquireFence();
            if (same && NativeMemory.getLong(element) == tag) {
                return value;
            }
        }
    }

    private void copyOut(final long element, final long target) {
        for (int cpu = 0; cpu < cpus; cpu++) {
            shape.copy(value(element, cpu), target + (long) cpu * stride());
        }
    }

    /** Bytes of one CPU's value among those of all. */
    private int stride() {
        return (shape.size() + 7) & ~7;
    }

    /**
     * Puts a value.
     *
     * @param cpu whose value; -1: all CPUs' values lie at {@code value}
     */
    int put(final long key, final long value, final long flags, final int cpu) {
        final boolean locked = (flags & BpfMap.LOCK) != 0;
        final long mode = flags & ~BpfMap.LOCK;
        if (mode < BpfMap.ANY || mode > BpfMap.EXIST || (locked && (lru || perCpu || !shape.hasLock()))) {
            return Errno.EINVAL.negative();
        }
        final int hash = index.hash(key);
        if (perCpu) {
            return putPerCpu(key, hash, value, mode, cpu);
        }
        if (lru) {
            return putEvicting(key, hash, value, mode, Math.max(0, cpu));
        }
        return locked ? putLocked(key, hash, value, mode) : putPlain(key, hash, value, mode, false);
    }

    /** Waits for the value's spin lock with the bucket unlocked, so that a lock that stays taken holds up nobody else. */
    private int putLocked(final long key, final int hash, final long value, final long mode) {
        final long since = System.nanoTime();
        int tries = 0;
        int error = putPlain(key, hash, value, mode, true);
        while (error == Errno.EBUSY.negative() && patience.pause(++tries, since)) {
            error = putPlain(key, hash, value, mode, true);
        }
        if (error != Errno.EBUSY.negative()) {
            patience.rewarded(tries);
        }
        return error;
    }

    private static int refusal(final long old, final long mode) {
        if (old != 0) {
            return mode == BpfMap.NOEXIST ? Errno.EEXIST.negative() : 0;
        }
        return mode == BpfMap.EXIST ? Errno.ENOENT.negative() : 0;
    }

    private int putPlain(final long key, final int hash, final long value, final long mode, final boolean locked) {
        final long head = buckets.lock(hash);
        final long old = buckets.find(head, hash, key);
        final int refusal = refusal(old, mode);
        if (refusal != 0) {
            buckets.unlock(hash, head);
            return refusal;
        }
        if (old != 0 && locked) {
            final boolean free = shape.copyIntoLocked(value, value(old, 0));
            buckets.unlock(hash, head);
            return free ? 0 : Errno.EBUSY.negative();
        }
        final long element = old == 0 ? pool.take(hash, 0) : pool.takeSpare(hash, 0);
        if (element < 0) {
            buckets.unlock(hash, head);
            return (int) element;
        }
        write(element, key, value);
        if (old == 0) {
            buckets.insert(hash, head, element);
        } else {
            buckets.replace(hash, head, old, element);
            pool.giveSpare(old);
        }
        return 0;
    }

    private void write(final long element, final long key, final long value) {
        HashBuckets.beginWrite(element);
        index.store(key, element);
        shape.copy(value, element + layout.valueOffset());
    }

    /** Takes the element first: that may evict others, from any bucket. */
    private int putEvicting(final long key, final int hash, final long value, final long mode, final int cpu) {
        final long element = pool.take(hash, cpu);
        if (element < 0) {
            return (int) element;
        }
        write(element, key, value);
        final long head = buckets.lock(hash);
        final long old = buckets.find(head, hash, key);
        final int refusal = refusal(old, mode);
        if (refusal != 0) {
            buckets.unlock(hash, head);
            pool.give(element);
            return refusal;
        }
        if (old == 0) {
            buckets.insert(hash, head, element);
        } else {
            LruMarks.mark(element);
            buckets.replace(hash, head, old, element);
            pool.give(old);
        }
        return 0;
    }

    private int putPerCpu(final long key, final int hash, final long value, final long mode, final int cpu) {
        // as the kernel does: an element in hand before the bucket is locked, unless the key has to be there
        final long spare = lru && mode != BpfMap.EXIST ? pool.take(hash, Math.max(0, cpu)) : 0;
        if (spare < 0) {
            return (int) spare;
        }
        final long head = buckets.lock(hash);
        final long old = buckets.find(head, hash, key);
        int error = refusal(old, mode);
        if (error == 0 && old != 0) {
            writeValues(old, value, cpu);
            if (lru) {
                LruMarks.mark(old);
            }
        } else if (error == 0) {
            final long element = lru ? spare : pool.take(hash, 0);
            if (element > 0) {
                HashBuckets.beginWrite(element);
                index.store(key, element);
                if (cpu >= 0) {
                    clearValues(element);
                }
                writeValues(element, value, cpu);
                buckets.insert(hash, head, element);
                return 0;
            }
            error = (int) element;
        }
        buckets.unlock(hash, head);
        if (spare != 0) {
            pool.give(spare);
        }
        return error;
    }

    private void writeValues(final long element, final long value, final int cpu) {
        if (cpu >= 0) {
            NativeMemory.copy(value, value(element, cpu), shape.size());
            return;
        }
        for (int i = 0; i < cpus; i++) {
            NativeMemory.copy(value + (long) i * stride(), value(element, i), shape.size());
        }
    }

    private void clearValues(final long element) {
        for (int cpu = 0; cpu < cpus; cpu++) {
            NativeMemory.fill(value(element, cpu), shape.size(), (byte) 0);
        }
    }

    /** Removes the key; copies its value to {@code target} before, unless that is 0. */
    int remove(final long key, final long target) {
        final int hash = index.hash(key);
        final long head = buckets.lock(hash);
        final long element = buckets.find(head, hash, key);
        if (element == 0) {
            buckets.unlock(hash, head);
            return Errno.ENOENT.negative();
        }
        if (target != 0) {
            copyOut(element, target);
        }
        buckets.remove(hash, head, element);
        pool.give(element);
        return 0;
    }

    /** The way from key to key. */
    HashWalk walk() {
        return walk;
    }

    /** Copies what an element under a {@link HashWalk.Visitor} holds. */
    void copy(final long element, final long key, final long value) {
        NativeMemory.copy(element + ElementLayout.KEY, key, layout.keySize());
        copyOut(element, value);
    }

    /** Whether the bytes lie inside the value of one element. */
    boolean owns(final long address, final int size) {
        return pool.owns(address, size);
    }

    long entries() {
        return pool.used();
    }
}
