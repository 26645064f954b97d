package io.xdp4j.map;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The maps of one engine by id, and the handles by which programs name them.
 *
 * <p>A program that runs in the JVM never sees a map's memory as such: where the kernel gives it the address of a {@code
 * struct bpf_map}, it gets a handle, a number that is no address. An id is not given out again before 2147483647
 * others were, so a stale handle is found out. Look-ups are wait-free; safe for use by several threads.
 */
public final class MapTable {

    /** No canonical x86-64 or arm64 user address begins like this. */
    private static final long HANDLE_BASE = 0x4d61_7000_0000_0000L;

    /** The bits of a handle that are the id's. */
    private static final int ID = Integer.MAX_VALUE;

    private final Grace grace = new Grace();
    private final LockPatience lockPatience = new LockPatience();
    private int last;
    private volatile UserspaceMap[] live = new UserspaceMap[0];

    /** Open addressing by id, at most half full; never written once it is here. */
    private volatile @Nullable UserspaceMap[] byId = new UserspaceMap[2];

    /** No maps. */
    public MapTable() {
        this(0);
    }

    /** No maps, and the ids after {@code last} to give out. */
    MapTable(final int last) {
        this.last = last;
    }

    /** Gives out an id. After 2147483647 of them they begin anew, without those of maps there are. */
    synchronized int nextId() {
        grace.freeWhatCanBe();
        do {
            last = last == ID ? 1 : last + 1;
        } while (byId(last) != null);
        return last;
    }

    /** Makes the map known by its id; the map must be complete. */
    synchronized void add(final UserspaceMap map) {
        final UserspaceMap[] more = Arrays.copyOf(live, live.length + 1);
        more[live.length] = map;
        publish(more);
    }

    /** Forgets a map that is being closed. */
    synchronized void remove(final int id) {
        publish(Arrays.stream(live).filter(map -> map.id() != id).toArray(UserspaceMap[]::new));
    }

    private void publish(final UserspaceMap[] maps) {
        final @Nullable UserspaceMap[] table = new UserspaceMap[Integer.highestOneBit(maps.length + 1) << 2];
        for (final UserspaceMap map : maps) {
            int slot = map.id() & table.length - 1;
            while (table[slot] != null) {
                slot = slot + 1 & table.length - 1;
            }
            table[slot] = map;
        }
        byId = table;
        live = maps;
    }

    /** The maps there are now. The array is shared: not to be written. */
    public UserspaceMap[] live() {
        return live;
    }

    /** The map of that id, or null if there is none any more. */
    public @Nullable UserspaceMap byId(final int id) {
        final @Nullable UserspaceMap[] table = byId;
        int slot = id & table.length - 1;
        UserspaceMap map = table[slot];
        while (map != null && map.id() != id) {
            slot = slot + 1 & table.length - 1;
            map = table[slot];
        }
        return map;
    }

    /** Where workers say that they run, so that memory outlives them. */
    public Grace grace() {
        return grace;
    }

    /** How long to wait for spin locks in maps' values. */
    LockPatience lockPatience() {
        return lockPatience;
    }

    /** The id in a handle. */
    static int id(final long handle) {
        return (int) handle & ID;
    }

    /** What a program holds where the kernel would have it hold the map's address. */
    public static long handle(final int id) {
        return HANDLE_BASE | id;
    }

    /** The map that a handle names, or null if the number is no handle of a live map. */
    public @Nullable UserspaceMap byHandle(final long handle) {
        return (handle & ~(long) ID) == HANDLE_BASE ? byId(id(handle)) : null;
    }
}
