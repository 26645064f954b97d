package io.xdp4j.vm;

import io.xdp4j.map.MapTable;
import io.xdp4j.map.UserspaceMap;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the map that an address lies in, as a processor finds a page: by what was found for the page before, and only where
 * that is no help by asking every map. One worker's; does not allocate.
 */
final class MapOwners {

    private static final int PAGE_SHIFT = 12;
    private static final int SLOT_BITS = 10;

    private final MapTable maps;
    private final @Nullable UserspaceMap[] byPage = new UserspaceMap[1 << SLOT_BITS];

    /** The maps that the slots are good for: with a map made or closed they start empty. */
    private UserspaceMap[] known;

    private @Nullable UserspaceMap last;

    MapOwners(final MapTable maps) {
        this.maps = maps;
        this.known = maps.live();
    }

    /** The map with a value around all of {@code size} bytes at {@code address}, or null. */
    @SuppressWarnings("ReferenceEquality") // the table makes a new array whenever a map is made or closed
    @Nullable
    UserspaceMap of(final long address, final long size) {
        if (size > Integer.MAX_VALUE || size < 0) {
            return null;
        }
        final UserspaceMap recent = last;
        if (recent != null && !recent.closed() && recent.owns(address, (int) size)) {
            return recent;
        }
        final UserspaceMap[] live = maps.live();
        if (live != known) {
            Arrays.fill(byPage, null);
            known = live;
        }
        final int slot = slot(address);
        UserspaceMap found = byPage[slot];
        if (found == null || !found.owns(address, (int) size)) {
            found = ask(live, address, (int) size);
            if (found == null) {
                return null;
            }
            byPage[slot] = found;
        }
        last = found;
        return found;
    }

    /** Fibonacci hashing of the page's number. */
    private static int slot(final long address) {
        final long hash = (address >>> PAGE_SHIFT) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (hash >>> (Long.SIZE - SLOT_BITS));
    }

    private static @Nullable UserspaceMap ask(final UserspaceMap[] live, final long address, final int size) {
        for (final UserspaceMap map : live) {
            if (map.owns(address, size)) {
                return map;
            }
        }
        return null;
    }
}
