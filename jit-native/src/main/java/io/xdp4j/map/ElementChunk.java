package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import org.jspecify.annotations.Nullable;

/**
 * Elements in one piece of memory. In a per-CPU map the values lie in a piece of their own, one run for every CPU, each
 * on cache lines of its own; the element holds the address of its value in the first run and the distance to the next.
 */
final class ElementChunk {

    /** In a per-CPU element's value: address of the first CPU's value. */
    static final int VALUES = 0;

    /** In a per-CPU element's value: bytes to the next CPU's. */
    static final int DISTANCE = 8;

    /** Bytes that these two take. */
    static final int PER_CPU_LENGTH = 16;

    private final ElementLayout layout;
    private final int valueSize;
    private final int valueStride;
    private final int count;
    private final NativeArea elements;
    private final @Nullable NativeArea values;
    private final long distance;

    ElementChunk(final MapMemory memory, final ElementLayout layout, final int count, final int cpus) {
        final MapSpec spec = memory.spec();
        this.layout = layout;
        this.valueSize = spec.valueSize();
        this.valueStride = (valueSize + 7) & ~7;
        this.count = count;
        this.elements = memory.area((long) count * layout.stride());
        if (!spec.type().perCpu()) {
            this.values = null;
            this.distance = 0;
            return;
        }
        this.distance = ((long) count * valueStride + UserspaceMap.CACHE_LINE - 1) & -UserspaceMap.CACHE_LINE;
        final NativeArea runs = memory.area(cpus * distance);
        this.values = runs;
        for (int i = 0; i < count; i++) {
            final long value = element(i) + layout.valueOffset();
            NativeMemory.putLong(value + VALUES, runs.address() + (long) i * valueStride);
            NativeMemory.putLong(value + DISTANCE, distance);
        }
    }

    int count() {
        return count;
    }

    long element(final int index) {
        return elements.address() + (long) index * layout.stride();
    }

    /** Whether the bytes lie inside one value. */
    boolean owns(final long address, final int size) {
        final NativeArea runs = values;
        if (runs == null) {
            final long offset = address - elements.address();
            return offset >= 0
                    && offset < elements.length()
                    && inValue(offset % layout.stride() - layout.valueOffset(), size);
        }
        final long offset = address - runs.address();
        if (offset < 0 || offset >= runs.length()) {
            return false;
        }
        final long inRun = offset % distance;
        return inRun < (long) count * valueStride && inValue(inRun % valueStride, size);
    }

    private boolean inValue(final long offset, final int size) {
        return offset >= 0 && size >= 0 && offset + size <= valueSize;
    }
}
