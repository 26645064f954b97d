package io.xdp4j.map;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The maps of one engine by id, and the handles by which programs name them.
 *
 * <p>A program that runs in the JVM never sees a map's memory as such: where the kernel gives it the address of a {@code
 * struct bpf_map}, it gets a handle, a number that is no address. Ids are never given out twice, so a stale handle is
 * found out. Look-ups are wait-free; safe for use by several threads.
 */
public final class MapTable {

    /** The most maps that an engine ever makes. */
    public static final int LIMIT = 1 << 20;

    /** No canonical x86-64 or arm64 user address begins like this. */
    private static final long HANDLE_BASE = 0x4d61_7000_0000_0000L;

    private static final int CHUNK_SHIFT = 10;
    private static final int CHUNK_SIZE = 1 << CHUNK_SHIFT;

    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable UserspaceMap>> chunks =
            new AtomicReferenceArray<>(LIMIT >>> CHUNK_SHIFT);
    private final Grace grace = new Grace();
    private int next = 1;
    private volatile UserspaceMap[] live = new UserspaceMap[0];

    /**
     * Gives out an id that was never given out before.
     *
     * @throws IllegalStateException if the engine has made {@link #LIMIT} maps
     */
    synchronized int nextId() {
        grace.freeWhatCanBe();
        if (next == LIMIT) {
            throw new IllegalStateException("engine has made too many maps: limit=" + LIMIT);
        }
        return next++;
    }

    /** Makes the map known by its id; the map must be complete. */
    synchronized void add(final UserspaceMap map) {
        final int chunkIndex = map.id() >>> CHUNK_SHIFT;
        AtomicReferenceArray<@Nullable UserspaceMap> chunk = chunks.get(chunkIndex);
        if (chunk == null) {
            chunk = new AtomicReferenceArray<>(CHUNK_SIZE);
            chunks.set(chunkIndex, chunk);
        }
        chunk.set(map.id() & CHUNK_SIZE - 1, map);
        final UserspaceMap[] more = Arrays.copyOf(live, live.length + 1);
        more[live.length] = map;
        live = more;
    }

    /** Forgets a map that is being closed. */
    synchronized void remove(final int id) {
        final AtomicReferenceArray<@Nullable UserspaceMap> chunk = chunks.get(id >>> CHUNK_SHIFT);
        if (chunk != null) {
            chunk.set(id & CHUNK_SIZE - 1, null);
        }
        live = Arrays.stream(live).filter(map -> map.id() != id).toArray(UserspaceMap[]::new);
    }

    /** The maps there are now. The array is shared: not to be written. */
    public UserspaceMap[] live() {
        return live;
    }

    /** The map of that id, or null if there is none any more. */
    public @Nullable UserspaceMap byId(final int id) {
        if (id <= 0 || id >= LIMIT) {
            return null;
        }
        final AtomicReferenceArray<@Nullable UserspaceMap> chunk = chunks.get(id >>> CHUNK_SHIFT);
        return chunk == null ? null : chunk.get(id & CHUNK_SIZE - 1);
    }

    /** Where workers say that they run, so that memory outlives them. */
    public Grace grace() {
        return grace;
    }

    /** The id in a handle. */
    static int id(final long handle) {
        return (int) handle & (LIMIT - 1);
    }

    /** What a program holds where the kernel would have it hold the map's address. */
    public static long handle(final int id) {
        return HANDLE_BASE | id;
    }

    /** The map that a handle names, or null if the number is no handle of a live map. */
    public @Nullable UserspaceMap byHandle(final long handle) {
        return (handle & ~(LIMIT - 1L)) == HANDLE_BASE ? byId((int) handle & LIMIT - 1) : null;
    }
}
