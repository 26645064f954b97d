package io.xdp4j.map;

import static io.xdp4j.map.LpmRecords.below;
import static io.xdp4j.map.LpmRecords.slotCount;
import static io.xdp4j.map.LpmRecords.wordAt;

import io.xdp4j.sys.NativeMemory;

/**
 * The structure of a longest-prefix-match map: a tree bitmap (Eatherton, Varghese and Dittia, "Tree Bitmap: Hardware/Software
 * IP Lookups with Incremental Updates", 2004) of stride six under a directly indexed root, with its lone entries held as
 * leaves.
 *
 * <pre>
 * shorts   the entries of length 0 to rootBits, by 2^length + prefix
 * roots    for each value of the first rootBits bits: reference | the longest of shorts that covers it
 * record   a: entries 1 to 5 bits longer than the record's depth, by 2^length + bits
 *          b: entries 6 bits longer        e: six-bit values that something longer than that hangs below
 *          a word for each bit set, in the order a, b, e: slot, slot, reference
 * reference   0: nothing    positive: a record    negative: the only entry below, more than 6 bits longer
 * </pre>
 *
 * <p>So an IPv4 /19 to /24 among a million is two cache lines away: its root's and its record's, as long as that has no more
 * than ten words. Bitmaps never change once a record is published: a change writes a new record and swings the one word that
 * refers to the old. Words may be swapped in place. A reader therefore sees each record whole, and every entry that stays in the map
 * is found at any moment; what happens to old records says {@link LpmGrace}.
 */
final class LpmTree {

    static final int LEAF = 1 << 31;
    static final int STRIDE = 6;

    /** For each value of five bits: the places in {@code a} of the five prefixes of it. */
    private static final long[] COVERING = new long[32];

    static {
        for (int bits = 0; bits < 32; bits++) {
            for (int length = 1; length <= 5; length++) {
                COVERING[bits] |= 1L << ((1 << length) | (bits >>> (5 - length)));
            }
        }
    }

    private final LpmKey keys;
    private final LpmSlots slots;
    private final LpmRecords records;
    private final int rootBits;
    private final long roots;
    private final long shorts;

    /** Addresses of the references on the way to the key that {@link #locate} was last asked for. */
    private final long[] path;

    private int level;

    LpmTree(final MapMemory memory, final LpmKey keys, final LpmSlots slots, final LpmRecords records) {
        this.keys = keys;
        this.slots = slots;
        this.records = records;
        this.rootBits = rootBits(memory.spec().maxEntries(), keys.bits());
        this.roots = memory.area(8L << rootBits).address();
        this.shorts = memory.area(8L << rootBits).address();
        this.path = new long[keys.bits() / STRIDE + 2];
    }

    /** Multiples of the stride, so that a length of 24 ends a record and needs no further one. */
    private static int rootBits(final int entries, final int keyBits) {
        final int wanted = entries >= 1 << 16 ? 18 : entries >= 1 << 10 ? 12 : 6;
        return Math.min(wanted, keyBits / STRIDE * STRIDE);
    }

    int rootBits() {
        return rootBits;
    }

    /** Where the root for a value of the first bits lies: a reference, then the covering slot. */
    long root(final int index) {
        return roots + 8L * index;
    }

    /** Where the slot of one of {@code shorts} lies. */
    long shortAt(final int place) {
        return shorts + 4L * place;
    }

    /** Place among {@code shorts} of the first {@code length} bits. */
    static int shortPlace(final int top, final int length) {
        return (1 << length) | (top >>> (24 - length));
    }

    /** The slot of the longest prefix of the key that is no longer than {@code limit} bits, or 0. */
    int find(final long data, final int limit) {
        final long word = keys.word(data);
        final int top = keys.top(data, word);
        if (limit < rootBits) {
            return findShort(shortPlace(top, limit));
        }
        final long entry = NativeMemory.getLongAcquire(root(top >>> (24 - rootBits)));
        int best = (int) (entry >>> 32);
        int reference = (int) entry;
        int depth = rootBits;
        while (reference > 0) {
            final long record = records.address(reference);
            final int left = limit - depth;
            if (record == 0 || left <= 0) {
                return best;
            }
            final int six = keys.six(data, word, depth);
            final long a = NativeMemory.getLong(record + LpmRecords.A);
            final long b = NativeMemory.getLong(record + LpmRecords.B);
            // Without branches: which length matches cannot be predicted, and a wrong guess would cost a cache miss.
            final long hits = a & COVERING[six >>> 1] & (left >= STRIDE ? -1L : -1L >>> (64 - (2 << left)));
            final int inB = -((int) (b >>> six) & 1 & ((STRIDE - 1 - left) >>> 31));
            final int inA = ~inB & (int) ((hits | -hits) >> 63);
            final int indexInB = Long.bitCount(a) + below(b, six);
            final int indexInA = below(a, 63 - Long.numberOfLeadingZeros(hits));
            final int slot = NativeMemory.getIntAcquire(wordAt(record, (indexInB & inB) | (indexInA & inA)));
            best = (best & ~(inA | inB)) | (slot & (inA | inB));
            final long e = NativeMemory.getLong(record + LpmRecords.E);
            if (left <= STRIDE || (e >>> six & 1) == 0) {
                return best;
            }
            reference = NativeMemory.getIntAcquire(wordAt(record, Long.bitCount(a) + Long.bitCount(b) + below(e, six)));
            depth += STRIDE;
        }
        return reference != 0 && leafMatches(reference & ~LEAF, data, word, limit) ? reference & ~LEAF : best;
    }

    /** The slot at that place or the longest that covers it, or 0. */
    int findShort(final int start) {
        for (int place = start; place > 0; place >>>= 1) {
            final int slot = NativeMemory.getIntAcquire(shortAt(place));
            if (slot != 0) {
                return slot;
            }
        }
        return 0;
    }

    private boolean leafMatches(final int slot, final long data, final long word, final int limit) {
        final long address = slots.address(slot);
        if (address == 0) {
            return false;
        }
        final int length = NativeMemory.getInt(address);
        return Integer.compareUnsigned(length, limit) <= 0 && keys.same(data, word, address + 4, length);
    }

    /** How many references lie on the way that {@link #locate} went, less one. */
    int level() {
        return level;
    }

    /** Address of a reference on the way that {@link #locate} went. */
    long link(final int atLevel) {
        return path[atLevel];
    }

    /**
     * For the writer: the address of the word that holds the slot of exactly this prefix, or 0. Remembers the way there.
     */
    long locate(final long data, final int length) {
        final long word = keys.word(data);
        final int top = keys.top(data, word);
        level = 0;
        if (length <= rootBits) {
            final long place = shortAt(shortPlace(top, length));
            return NativeMemory.getInt(place) == 0 ? 0 : place;
        }
        path[0] = root(top >>> (24 - rootBits));
        for (int depth = rootBits; ; depth += STRIDE) {
            final int reference = NativeMemory.getInt(path[level]);
            if (reference <= 0) {
                final int slot = reference & ~LEAF;
                final boolean found = reference != 0
                        && slots.prefixLength(slot) == length
                        && keys.same(data, word, slots.address(slot) + 4, length);
                return found ? path[level] : 0;
            }
            final long record = records.address(reference);
            final int six = keys.six(data, word, depth);
            if (length - depth <= STRIDE) {
                final int index = valueIndex(record, six, length - depth);
                return index < 0 ? 0 : wordAt(record, index);
            }
            final long e = NativeMemory.getLong(record + LpmRecords.E);
            if ((e >>> six & 1) == 0) {
                return 0;
            }
            path[++level] = wordAt(record, slotCount(record) + below(e, six));
        }
    }

    /**
     * Index of the word for an entry {@code extra} bits longer than the record's depth; if there is none, -1 less the index
     * that it would have.
     */
    static int valueIndex(final long record, final int six, final int extra) {
        final long a = NativeMemory.getLong(record + LpmRecords.A);
        if (extra < STRIDE) {
            final int place = (1 << extra) | (six >>> (STRIDE - extra));
            return (a >>> place & 1) != 0 ? below(a, place) : -1 - below(a, place);
        }
        final long b = NativeMemory.getLong(record + LpmRecords.B);
        final int index = Long.bitCount(a) + below(b, six);
        return (b >>> six & 1) != 0 ? index : -1 - index;
    }
}
