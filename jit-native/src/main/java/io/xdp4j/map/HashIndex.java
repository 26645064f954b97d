package io.xdp4j.map;

import io.xdp4j.sys.NativeMemory;
import java.lang.invoke.VarHandle;
import java.util.random.RandomGenerator;

/**
 * The readers' side of a {@link HashTable}: hashes keys and walks buckets, without a lock, without waiting, without a store.
 *
 * <p>A bucket's head is one word: 16 bits of version, 47 bits of address of its first element, and the writers' lock
 * bit. Each element that leaves a bucket advances the version. A reader that met the end of a chain has missed nothing if
 * the version is still the one that it began with; else elements may have been used anew under its feet and it walks
 * again. A hit needs no more than the element's own tag: same before and after the key was compared.
 *
 * <p>A record, since HotSpot trusts the fields of records: where a compiled program knows its map, the look-up has no
 * load but those of key, bucket and element.
 *
 * @param heads address of the buckets' heads
 * @param mask buckets - 1
 * @param shape how keys are read
 * @param seed0 random, as all of them; odd
 */
record HashIndex(long heads, int mask, KeyShape shape, int seed0, int seed1, int seed2, int seed3) {

    private static final long VERSION = 0xffff_0000_0000_0000L;
    private static final long VERSION_STEP = 0x0001_0000_0000_0000L;
    private static final long ADDRESS = ~VERSION & ~LockedWord.HELD;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    /** Set in every hash, so that a tag without a key (hash 0) equals none. */
    private static final int SOME = 1 << 31;

    static HashIndex at(final long heads, final int buckets, final KeyShape shape, final RandomGenerator random) {
        return new HashIndex(
                heads,
                buckets - 1,
                shape,
                random.nextInt() | 1,
                random.nextInt() | 1,
                random.nextInt() | 1,
                random.nextInt() | 1);
    }

    /** The first element of a bucket. */
    static long first(final long head) {
        return head & ADDRESS;
    }

    /** The head with another first element. */
    static long withFirst(final long head, final long element) {
        return (head & VERSION) | element;
    }

    /** The head after an element has left. */
    static long advanced(final long head) {
        return head + VERSION_STEP;
    }

    static boolean sameVersion(final long head, final long other) {
        return ((head ^ other) & VERSION) == 0;
    }

    /** Address of the head of the hash's bucket. */
    long bucket(final int hash) {
        return heads + 8L * (hash & mask);
    }

    /** The element that has the key, or 0. */
    long find(final long key) {
        if (shape.words() > 4) {
            return findLong(key);
        }
        final int words = shape.words();
        final int w0 = shape.word(key, 0);
        final int w1 = words > 1 ? shape.word(key, 1) : 0;
        final int w2 = words > 2 ? shape.word(key, 2) : 0;
        final int w3 = words > 3 ? shape.word(key, 3) : 0;
        final int hash = finish(mix(w0, w1, w2, w3));
        final long bucket = bucket(hash);
        while (true) {
            final long head = NativeMemory.getLongAcquire(bucket);
            long element = first(head);
            while (element != 0) {
                final long tag = NativeMemory.getLongAcquire(element);
                if ((int) tag == hash && matches(element + ElementLayout.KEY, w0, w1, w2, w3)) {
                    VarHandle.acquireFence();
                    if (NativeMemory.getLong(element) == tag) {
                        return element;
                    }
                    break;
                }
                element = NativeMemory.getLongAcquire(element + ElementLayout.NEXT);
            }
            if (element == 0 && sameVersion(head, NativeMemory.getLongAcquire(bucket))) {
                return 0;
            }
        }
    }

    private boolean matches(final long stored, final int w0, final int w1, final int w2, final int w3) {
        final int words = shape.words();
        return NativeMemory.getInt(stored) == w0
                && (words < 2 || NativeMemory.getInt(stored + 4) == w1)
                && (words < 3 || NativeMemory.getInt(stored + 8) == w2)
                && (words < 4 || NativeMemory.getInt(stored + 12) == w3);
    }

    private long findLong(final long key) {
        final int hash = hash(key);
        final long bucket = bucket(hash);
        while (true) {
            final long head = NativeMemory.getLongAcquire(bucket);
            long element = first(head);
            while (element != 0) {
                final long tag = NativeMemory.getLongAcquire(element);
                if ((int) tag == hash && matches(element, key)) {
                    VarHandle.acquireFence();
                    if (NativeMemory.getLong(element) == tag) {
                        return element;
                    }
                    break;
                }
                element = NativeMemory.getLongAcquire(element + ElementLayout.NEXT);
            }
            if (element == 0 && sameVersion(head, NativeMemory.getLongAcquire(bucket))) {
                return 0;
            }
        }
    }

    /** Whether the element holds the key. */
    boolean matches(final long element, final long key) {
        for (int i = 0; i < shape.words(); i++) {
            if (NativeMemory.getInt(element + ElementLayout.KEY + 4L * i) != shape.word(key, i)) {
                return false;
            }
        }
        return true;
    }

    /** Writes the key into an element. */
    void store(final long key, final long element) {
        for (int i = 0; i < shape.words(); i++) {
            NativeMemory.putInt(element + ElementLayout.KEY + 4L * i, shape.word(key, i));
        }
    }

    /** The key's hash; never 0. */
    int hash(final long key) {
        long mixed = 0;
        for (int i = 0; i < shape.words(); i += 4) {
            mixed = (mixed ^ (mixed >>> 29)) * MIX
                    + mix(wordOrZero(key, i), wordOrZero(key, i + 1), wordOrZero(key, i + 2), wordOrZero(key, i + 3));
        }
        return finish(mixed);
    }

    private int wordOrZero(final long key, final int index) {
        return index < shape.words() ? shape.word(key, index) : 0;
    }

    /** Two independent products of seeded words (the NH of UMAC): universal over the seeds, and short. */
    private long mix(final int w0, final int w1, final int w2, final int w3) {
        return ((w0 + seed0) & 0xffff_ffffL) * ((w1 + seed1) & 0xffff_ffffL)
                + ((w2 + seed2) & 0xffff_ffffL) * ((w3 + seed3) & 0xffff_ffffL);
    }

    private static int finish(final long mixed) {
        return (int) (((mixed ^ (mixed >>> 32)) * MIX) >>> 32) | SOME;
    }
}
