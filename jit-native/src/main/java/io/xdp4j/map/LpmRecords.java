package io.xdp4j.map;

import io.xdp4j.bpf.MapException;
import io.xdp4j.sys.NativeMemory;
import java.util.Arrays;

/**
 * Memory for the nodes of a longest-prefix-match map. A record is three bitmaps (see {@link LpmTree}) followed by as many
 * 32-bit words as they have bits set, in units of eight bytes. Free records of a size are linked through themselves. Memory
 * comes in chunks and stays until the map is closed, so that reading a stale record does no harm. Written under the map's
 * lock.
 */
final class LpmRecords {

    static final int A = 0;
    static final int B = 8;
    static final int E = 16;
    static final int WORDS = 24;

    /** Sizes are multiples of half a cache line. */
    private static final int HALF_LINE = 4;

    private static final int LINE = 8;
    private static final int LARGEST = 100;
    private static final int LARGEST_CHUNK_SHIFT = 17;

    private final MapMemory memory;
    private final int[] free = new int[LARGEST + 1];
    private final int shift;
    private long[] bases = {};
    private int chunks;
    private int next;
    private int end;

    LpmRecords(final MapMemory memory) {
        final int entries = memory.spec().maxEntries();
        this.memory = memory;
        this.shift = Math.clamp(32 - Integer.numberOfLeadingZeros(entries) + 2, 11, LARGEST_CHUNK_SHIFT);
    }

    /** Units that a record of these bitmaps takes. */
    static int units(final long a, final long b, final long e) {
        final int words = Long.bitCount(a) + Long.bitCount(b) + Long.bitCount(e);
        return (3 + ((words + 1) >>> 1) + HALF_LINE - 1) & -HALF_LINE;
    }

    /** A record with these bitmaps, its words unset; 0 if there is no memory. */
    int take(final long a, final long b, final long e) {
        final int record = take(units(a, b, e));
        if (record != 0) {
            final long address = address(record);
            NativeMemory.putLong(address + A, a);
            NativeMemory.putLong(address + B, b);
            NativeMemory.putLong(address + E, e);
        }
        return record;
    }

    private int take(final int units) {
        if (free[units] != 0) {
            return unlink(units);
        }
        if (end - next < units) {
            for (int size = units + HALF_LINE; size <= LARGEST; size += HALF_LINE) {
                if (free[size] != 0) {
                    final int record = unlink(size);
                    give(record + units, size - units);
                    return record;
                }
            }
            if (!grow()) {
                return 0;
            }
        }
        if (units == LINE && (next & HALF_LINE) != 0 && end - next > units) {
            // Bitmaps and words in one line: one cache miss a level.
            give(next, HALF_LINE);
            next += HALF_LINE;
        }
        final int record = next;
        next += units;
        return record;
    }

    private int unlink(final int units) {
        final int record = free[units];
        free[units] = NativeMemory.getInt(address(record));
        return record;
    }

    private boolean grow() {
        final int rest = end - next;
        if (chunks == 1 << (31 - shift)) {
            return false;
        }
        final long address;
        try {
            // Behind the last record of a chunk a stale one may seem to go on.
            address = memory.area((8L << shift) + 8L * (LARGEST + 1)).address();
        } catch (final MapException none) {
            return false;
        }
        if (rest > 0) {
            give(next, rest);
        }
        final int index = chunks++;
        final long[] more = index < bases.length ? bases : Arrays.copyOf(bases, Math.max(4, bases.length * 2));
        more[index] = address;
        // Readers come here by a reference that is published after this, with release.
        bases = more;
        next = (index << shift) + (index == 0 ? LINE : 0);
        end = (index + 1) << shift;
        return true;
    }

    /** Gives back a record that no reader can reach. */
    void give(final int record) {
        final long address = address(record);
        give(
                record,
                units(
                        NativeMemory.getLong(address + A),
                        NativeMemory.getLong(address + B),
                        NativeMemory.getLong(address + E)));
    }

    private void give(final int record, final int units) {
        NativeMemory.putInt(address(record), free[units]);
        free[units] = record;
    }

    /** Where the record lies; 0 for a number that never was a record. */
    long address(final int record) {
        final long[] table = bases;
        final int chunk = record >>> shift;
        final long base = chunk < table.length ? table[chunk] : 0;
        return base == 0 ? 0 : base + ((long) (record & ((1 << shift) - 1)) << 3);
    }

    /** Address of the word at that index. */
    static long wordAt(final long record, final int index) {
        return record + WORDS + 4L * index;
    }

    /** How many bits below that place, modulo 64, are set. */
    static int below(final long bits, final int place) {
        return Long.bitCount(bits & ((1L << place) - 1));
    }

    /** How many of a record's words are slots. */
    static int slotCount(final long record) {
        return Long.bitCount(NativeMemory.getLong(record + A)) + Long.bitCount(NativeMemory.getLong(record + B));
    }

    /** How many words a record has. */
    static int wordCount(final long record) {
        return slotCount(record) + Long.bitCount(NativeMemory.getLong(record + E));
    }
}
