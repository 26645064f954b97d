package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import java.lang.invoke.VarHandle;

/**
 * The way through a {@link HashTable}'s elements, bucket by bucket, while others write. A walk marks nothing as used.
 */
final class HashWalk {

    private final HashBuckets table;
    private final HashIndex index;
    private final int keySize;

    HashWalk(final HashBuckets table, final ElementLayout layout) {
        this.table = table;
        this.index = table.index();
        this.keySize = layout.keySize();
    }

    /** Writes the key behind {@code key} (0, or not there: the first one) to {@code next}. */
    int next(final long key, final long next) {
        long element = key == 0 ? 0 : index.find(key);
        int bucket = element == 0 ? 0 : index.hash(key) & index.mask();
        while (element != 0) {
            final long tag = NativeMemory.getLongAcquire(element);
            final long following = NativeMemory.getLongAcquire(element + ElementLayout.NEXT);
            VarHandle.acquireFence();
            if (NativeMemory.getLong(element) == tag) {
                if (following == 0) {
                    bucket++;
                    break;
                }
                if (copyKey(following, bucket, next)) {
                    return 0;
                }
            }
            element = index.find(key);
            bucket = element == 0 ? 0 : bucket;
        }
        for (; bucket <= index.mask(); bucket++) {
            if (copyFirst(bucket, next)) {
                return 0;
            }
        }
        return Errno.ENOENT.negative();
    }

    private boolean copyFirst(final int bucket, final long next) {
        while (true) {
            final long element = HashIndex.first(NativeMemory.getLongAcquire(index.bucket(bucket)));
            if (element == 0) {
                return false;
            }
            if (copyKey(element, bucket, next)) {
                return true;
            }
        }
    }

    /** Copies an element's key; false if the element was used anew meanwhile, or belongs to another bucket by now. */
    private boolean copyKey(final long element, final int bucket, final long target) {
        final long tag = NativeMemory.getLongAcquire(element);
        NativeMemory.copy(element + ElementLayout.KEY, target, keySize);
        VarHandle.acquireFence();
        return (int) tag != 0 && ((int) tag & index.mask()) == bucket && NativeMemory.getLong(element) == tag;
    }

    int buckets() {
        return index.mask() + 1;
    }

    /**
     * Visits the elements of a bucket from the given position on, until the visitor has enough.
     *
     * @return the position to go on from; -1 if the bucket is done, -2 if it changed meanwhile: forget what was visited
     */
    int visit(final int bucket, final int from, final Visitor visitor) {
        final long head = NativeMemory.getLongAcquire(index.bucket(bucket));
        long element = HashIndex.first(head);
        for (int position = 0; element != 0; position++) {
            final long tag = NativeMemory.getLongAcquire(element);
            if ((int) tag == 0 || ((int) tag & index.mask()) != bucket) {
                return -2;
            }
            if (position >= from && !visitor.visit(element)) {
                return position;
            }
            final long following = NativeMemory.getLongAcquire(element + ElementLayout.NEXT);
            VarHandle.acquireFence();
            if (NativeMemory.getLong(element) != tag) {
                return -2;
            }
            element = following;
        }
        return HashIndex.sameVersion(head, NativeMemory.getLongAcquire(index.bucket(bucket))) ? -1 : -2;
    }

    /** As {@link #visit}, with the bucket locked: never -2. */
    int visitLocked(final int bucket, final int from, final Visitor visitor) {
        final long head = table.lock(bucket);
        try {
            int position = 0;
            for (long element = HashIndex.first(head);
                    element != 0;
                    element = NativeMemory.getLong(element + ElementLayout.NEXT)) {
                if (position >= from && !visitor.visit(element)) {
                    return position;
                }
                position++;
            }
            return -1;
        } finally {
            table.unlock(bucket, head);
        }
    }

    /**
     * Takes down the addresses of a bucket's elements, each with its tag, from the given position on.
     *
     * @param target where to, 16 bytes for each
     * @return how many; fewer than {@code max} if there are no more
     */
    int takeDown(final int bucket, final int from, final long target, final int max) {
        if (HashIndex.first(NativeMemory.getLongAcquire(index.bucket(bucket))) == 0) {
            return 0;
        }
        final long head = table.lock(bucket);
        long element = HashIndex.first(head);
        for (int i = 0; i < from && element != 0; i++) {
            element = NativeMemory.getLong(element + ElementLayout.NEXT);
        }
        int count = 0;
        while (element != 0 && count < max) {
            NativeMemory.putLong(target + 16L * count, element);
            NativeMemory.putLong(target + 16L * count + 8, NativeMemory.getLong(element));
            count++;
            element = NativeMemory.getLong(element + ElementLayout.NEXT);
        }
        table.unlock(bucket, head);
        return count;
    }

    /** Copies the key of an element that was taken down; false if it has left the table since. */
    boolean copyKeyOf(final long element, final long tag, final long target) {
        NativeMemory.copy(element + ElementLayout.KEY, target, keySize);
        VarHandle.acquireFence();
        return NativeMemory.getLong(element) == tag && index.find(target) == element;
    }

    /** Sees elements of a bucket, perhaps more than once, perhaps while they are written. */
    interface Visitor {

        /** Looks at an element; false if it wants no more. */
        boolean visit(long element);
    }
}
