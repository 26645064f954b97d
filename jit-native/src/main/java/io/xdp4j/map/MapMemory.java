package io.xdp4j.map;

import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The native memory of one map that is made of several parts: what it took is given back together, be it when the map is
 * closed or when a part could not be made. Safe for use by several threads.
 */
final class MapMemory implements AutoCloseable {

    private final MapSpec spec;
    private final long limit;
    private final List<NativeArea> areas = new ArrayList<>();
    private long length;

    MapMemory(final MapSpec spec) {
        this(spec, SpecRule.MEMORY_LIMIT);
    }

    /** With a limit of its own to the map's memory, in bytes. */
    MapMemory(final MapSpec spec, final long limit) {
        this.spec = spec;
        this.limit = limit;
    }

    /** Makes a part; if that fails, whatever the reason, gives back all that was taken before. */
    <T> T build(final Supplier<T> part) {
        boolean made = false;
        try {
            final T result = part.get();
            made = true;
            return result;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    /**
     * Takes memory, zeroed and on cache lines.
     *
     * @throws MapException ENOMEM if there is none, or the map would have more than the limit
     */
    synchronized NativeArea area(final long bytes) {
        SpecRule.requireMemory(spec, bytes <= 0 ? bytes : length + bytes, limit);
        final NativeArea area = SpecRule.newArea(spec, bytes);
        areas.add(area);
        length += bytes;
        return area;
    }

    /** The map's spec. */
    MapSpec spec() {
        return spec;
    }

    /** Bytes held. */
    synchronized long length() {
        return length;
    }

    @Override
    public synchronized void close() {
        areas.forEach(NativeArea::close);
        areas.clear();
        length = 0;
    }
}
