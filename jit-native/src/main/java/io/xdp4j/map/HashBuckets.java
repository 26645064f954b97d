package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.lang.invoke.VarHandle;
import java.util.random.RandomGenerator;

/**
 * The writers' side of a {@link HashTable}'s buckets: links and unlinks elements, one writer per bucket at a time.
 * Readers ({@link HashIndex}) see each change as one step.
 */
final class HashBuckets {

    private final HashIndex index;

    HashBuckets(final MapMemory memory, final RandomGenerator seeds) {
        final MapSpec spec = memory.spec();
        final int buckets = spec.maxEntries() == 1 ? 1 : Integer.highestOneBit(spec.maxEntries() - 1) << 1;
        final NativeArea area = memory.area(8L * buckets);
        this.index = HashIndex.at(area.address(), buckets, KeyFields.shape(spec), seeds);
    }

    HashIndex index() {
        return index;
    }

    /** Begins to write an element that no bucket holds: what a reader may still have read of it becomes invalid. */
    static void beginWrite(final long element) {
        final long version = NativeMemory.getLong(element) & ~0xffff_ffffL;
        NativeMemory.putLong(element, version + (1L << 32));
        VarHandle.releaseFence(); // counterpart of the acquire fence between a reader's two looks at the tag
    }

    /** Makes an element readable; the next thing is to link it. */
    private static void endWrite(final long element, final int hash) {
        NativeMemory.putLongRelease(element, NativeMemory.getLong(element) | (hash & 0xffff_ffffL));
    }

    /** Locks the hash's bucket; returns its head. */
    long lock(final int hash) {
        return LockedWord.lock(index.bucket(hash));
    }

    /** Unlocks a bucket that was not changed. */
    void unlock(final int hash, final long head) {
        LockedWord.unlock(index.bucket(hash), head);
    }

    /** The element with the key in a locked bucket, or 0. */
    long find(final long head, final int hash, final long key) {
        long element = HashIndex.first(head);
        while (element != 0 && ((int) NativeMemory.getLong(element) != hash || !index.matches(element, key))) {
            element = next(element);
        }
        return element;
    }

    private static long next(final long element) {
        return NativeMemory.getLong(element + ElementLayout.NEXT);
    }

    /** Links a written element in front of its locked bucket, and unlocks. */
    void insert(final int hash, final long head, final long element) {
        NativeMemory.putLong(element + ElementLayout.NEXT, HashIndex.first(head));
        endWrite(element, hash);
        LockedWord.unlock(index.bucket(hash), HashIndex.withFirst(head, element));
    }

    /** Puts a written element in the place of another of its locked bucket, and unlocks. */
    void replace(final int hash, final long head, final long old, final long element) {
        NativeMemory.putLong(element + ElementLayout.NEXT, next(old));
        endWrite(element, hash);
        relink(hash, head, old, element);
    }

    /** Unlinks an element of its locked bucket, and unlocks. */
    void remove(final int hash, final long head, final long old) {
        relink(hash, head, old, next(old));
    }

    private void relink(final int hash, final long head, final long old, final long following) {
        final long first = HashIndex.first(head);
        final long advanced = HashIndex.advanced(head);
        final long bucket = index.bucket(hash);
        if (first == old) {
            LockedWord.unlock(bucket, HashIndex.withFirst(advanced, following));
            return;
        }
        long before = first;
        while (next(before) != old) {
            before = next(before);
        }
        NativeMemory.putLongRelease(before + ElementLayout.NEXT, following);
        LockedWord.unlock(bucket, advanced);
    }

    /** Unlinks an element if it is in the hash's bucket. */
    boolean unlink(final long element, final int hash) {
        final long head = lock(hash);
        long at = HashIndex.first(head);
        while (at != 0 && at != element) {
            at = next(at);
        }
        if (at == 0) {
            unlock(hash, head);
            return false;
        }
        remove(hash, head, element);
        return true;
    }
}
