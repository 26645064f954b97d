package io.xdp4j.map;

import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeMemory;

/**
 * The entries of a longest-prefix-match map: prefix length (32 bits), key bytes, and from the next multiple of eight the
 * value. Memory comes in chunks as it is needed and stays until the map is closed, so an entry's address is good for ever;
 * numbers start at 1. Written under the map's lock.
 */
final class LpmSlots {

    private static final int LARGEST_CHUNK = 1 << 20;

    /** Slots for entries that were replaced or removed and wait for readers. */
    static final int SPARE = 1 << 16;

    private final MapMemory memory;
    private final long[] bases;
    private final int shift;
    private final int stride;
    private final int valueOffset;
    private final int usual;
    private final int capacity;
    private int used;
    private int free;
    private volatile int chunkCount;

    LpmSlots(final MapMemory memory) {
        final MapSpec spec = memory.spec();
        final int entries = spec.maxEntries();
        this.memory = memory;
        this.valueOffset = (spec.keySize() + 7) & ~7;
        final int bytes = valueOffset + ((spec.valueSize() + 7) & ~7);
        int bits = Math.clamp(32 - Integer.numberOfLeadingZeros(entries) - 5, 6, 16);
        while (bits > 0 && (long) bytes << bits > LARGEST_CHUNK) {
            bits--;
        }
        this.stride = bytes;
        this.shift = bits;
        this.usual = (int) Math.min(Integer.MAX_VALUE - 1L, entries + Math.clamp((long) entries, 64, SPARE));
        this.capacity = (int) Math.min(Integer.MAX_VALUE - 1L, (long) entries + SPARE);
        SpecRule.requireHeap(spec, 8L * (capacity >>> bits));
        this.bases = new long[(capacity >>> bits) + 1];
    }

    /**
     * An unused slot, or 0 if there is none.
     *
     * @param all whether to go beyond what is enough as long as readers leave soon
     */
    int take(final boolean all) {
        if (free != 0) {
            final int slot = free;
            free = NativeMemory.getInt(address(slot));
            return slot;
        }
        if (used >= (all ? capacity : usual)) {
            return 0;
        }
        final int slot = used + 1;
        if (bases[slot >>> shift] == 0) {
            try {
                bases[slot >>> shift] = memory.area((long) stride << shift).address();
            } catch (final MapException none) {
                return 0;
            }
            chunkCount = (slot >>> shift) + 1;
        }
        used = slot;
        return slot;
    }

    /** Whether all slots are in use or wait for readers. */
    boolean full() {
        return used == capacity && free == 0;
    }

    /** Gives back a slot that no reader can reach. */
    void give(final int slot) {
        NativeMemory.putInt(address(slot), free);
        free = slot;
    }

    /** Where the slot lies; 0 for a number that never was a slot. */
    long address(final int slot) {
        final int chunk = slot >>> shift;
        final long base = chunk < bases.length ? bases[chunk] : 0;
        return base == 0 ? 0 : base + (long) (slot & ((1 << shift) - 1)) * stride;
    }

    /** Where the slot's value lies. */
    long value(final int slot) {
        return address(slot) + valueOffset;
    }

    /** Length in bits of the slot's prefix. */
    int prefixLength(final int slot) {
        return NativeMemory.getInt(address(slot));
    }

    /** Whether the bytes lie in the value of one slot. */
    boolean owns(final long address, final int size) {
        final int count = chunkCount;
        for (int chunk = 0; chunk < count; chunk++) {
            final long offset = address - bases[chunk];
            if (offset >= 0 && offset < (long) stride << shift) {
                return offset % stride >= valueOffset && offset % stride + size <= stride;
            }
        }
        return false;
    }
}
