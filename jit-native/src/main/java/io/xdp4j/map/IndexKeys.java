package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;

/** The order of keys that are 32-bit indices: what {@code array_map_get_next_key} answers. */
final class IndexKeys {

    private IndexKeys() {}

    /** Writes the index that follows {@code key} (0: none) to {@code next}; the first index follows one out of range. */
    static int next(final long key, final long next, final int maxEntries) {
        final int index = key == 0 ? -1 : NativeMemory.getInt(key);
        if (Integer.compareUnsigned(index, maxEntries) >= 0) {
            NativeMemory.putInt(next, 0);
            return 0;
        }
        if (index == maxEntries - 1) {
            return Errno.ENOENT.negative();
        }
        NativeMemory.putInt(next, index + 1);
        return 0;
    }
}
