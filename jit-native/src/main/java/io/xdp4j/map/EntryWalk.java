package io.xdp4j.map;

import io.xdp4j.sys.NativeMemory;

/**
 * A program's walk over all entries of an array or a hash, in memory of its caller's: {@code bpf_for_each_map_elem}. Marks no
 * entry as used, allocates nothing, and ends whatever is written meanwhile: each entry that stays is seen once, one that is
 * removed before its turn is left out, one that comes may be seen or not. (Where more than {@link #AT_ONCE} entries share a
 * bucket, and some of them go, others of it may be left out.)
 */
public final class EntryWalk {

    /** Entries of a bucket that are taken down at once. */
    static final int AT_ONCE = 30;

    private static final int BUCKET = 0;
    private static final int FROM = 4;
    private static final int COUNT = 8;
    private static final int NEXT = 12;
    private static final int ENTRIES = 16;

    /** Bytes that a walk's state takes. */
    public static final int LENGTH = ENTRIES + 16 * AT_ONCE;

    private EntryWalk() {}

    /** Begins a walk in the {@link #LENGTH} bytes at {@code state}. */
    public static void begin(final long state) {
        NativeMemory.fill(state, ENTRIES, (byte) 0);
    }

    /** Goes on to the next entry: copies its key, and answers its value's address on that CPU; 0 after the last. */
    public static long next(final UserspaceMap map, final long state, final int cpu, final long key) {
        return map instanceof final HashedMap hash
                ? nextOf(hash.table(), state, cpu, key)
                : nextIndex(map, state, cpu, key);
    }

    private static long nextIndex(final UserspaceMap array, final long state, final int cpu, final long key) {
        final int index = NativeMemory.getInt(state);
        NativeMemory.putInt(state, index + 1);
        NativeMemory.putInt(key, index);
        return array.lookup(key, cpu);
    }

    private static long nextOf(final HashTable table, final long state, final int cpu, final long key) {
        while (true) {
            final int next = NativeMemory.getInt(state + NEXT);
            if (next < NativeMemory.getInt(state + COUNT)) {
                NativeMemory.putInt(state + NEXT, next + 1);
                final long element = NativeMemory.getLong(state + ENTRIES + 16L * next);
                final long tag = NativeMemory.getLong(state + ENTRIES + 16L * next + 8);
                if (table.walk().copyKeyOf(element, tag, key)) {
                    return table.value(element, cpu);
                }
            } else if (!takeDown(table.walk(), state)) {
                return 0;
            }
        }
    }

    /** Takes down what follows; false if the walk is at its end. */
    private static boolean takeDown(final HashWalk walk, final long state) {
        int bucket = NativeMemory.getInt(state + BUCKET);
        int from = NativeMemory.getInt(state + FROM);
        int count = 0;
        while (count == 0 && bucket < walk.buckets()) {
            count = walk.takeDown(bucket, from, state + ENTRIES, AT_ONCE);
            from = count == AT_ONCE ? from + count : 0;
            bucket += count == AT_ONCE ? 0 : 1;
        }
        NativeMemory.putInt(state + BUCKET, bucket);
        NativeMemory.putInt(state + FROM, from);
        NativeMemory.putInt(state + COUNT, count);
        NativeMemory.putInt(state + NEXT, 0);
        return count > 0;
    }
}
