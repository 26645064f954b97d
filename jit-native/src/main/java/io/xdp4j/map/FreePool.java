package io.xdp4j.map;

import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a hash map that evicts nothing: {@code max_entries} of them, and some spares for replacing.
 *
 * <p>Without {@code BPF_F_NO_PREALLOC} all memory is taken at the start. With it, memory is taken in chunks, each as large
 * as all before it, as the elements are first used; it goes back when the map is closed.
 */
final class FreePool implements ElementPool {

    private static final int FIRST_CHUNK = 64;

    /** Elements that a thread takes at once from those never used. */
    private static final int BATCH = 16;

    /** Java threads that may be replacing an element at the same time as all CPUs' programs. */
    private static final int JAVA_THREADS = 4;

    private final MapSpec spec;
    private final ElementLayout layout;
    private final int cpus;
    private final int firstCount;
    private final FreeList free;
    private final FreeList spares;
    private final AtomicInteger fresh = new AtomicInteger();
    private final AtomicReferenceArray<@Nullable ElementChunk> chunks = new AtomicReferenceArray<>(32);

    FreePool(final MapSpec spec, final ElementLayout layout, final int cpus) {
        this.spec = spec;
        this.layout = layout;
        this.cpus = cpus;
        final boolean grows = (spec.flags() & MapSpec.NO_PREALLOC) != 0 && spec.maxEntries() > FIRST_CHUNK;
        this.firstCount = grows ? FIRST_CHUNK : spec.maxEntries();
        final int spareCount = spec.type().perCpu() ? 0 : cpus + JAVA_THREADS;
        final ElementChunk first = new ElementChunk(spec, layout, firstCount + spareCount, cpus);
        chunks.set(0, first);
        this.free = new FreeList(cpus);
        this.spares = new FreeList(cpus);
        for (int i = 0; i < spareCount; i++) {
            spares.give(first.element(firstCount + i));
        }
    }

    @Override
    public long take(final int hash, final int cpu) {
        long element = free.takeOwn();
        if (element == 0) {
            element = takeFresh();
        }
        return element == 0 ? free.takeAny() : element;
    }

    private long takeFresh() {
        while (true) {
            final int start = fresh.get();
            final int end = Math.min(spec.maxEntries(), start + BATCH);
            if (start == end || !prepare(end - 1)) {
                return 0;
            }
            if (fresh.compareAndSet(start, end)) {
                for (int i = end - 1; i > start; i--) {
                    free.give(element(i));
                }
                return element(start);
            }
        }
    }

    /** Chunk 0 holds the first elements, chunk n as many as all before it. */
    private int chunkOf(final int index) {
        return index < firstCount ? 0 : 32 - Integer.numberOfLeadingZeros(index / firstCount);
    }

    private int firstOf(final int chunk) {
        return chunk == 0 ? 0 : firstCount << (chunk - 1);
    }

    private long element(final int index) {
        final int number = chunkOf(index);
        final ElementChunk chunk = chunks.get(number);
        if (chunk == null) {
            throw new IllegalStateException("element was not prepared: index=" + index);
        }
        return chunk.element(index - firstOf(number));
    }

    /** Makes sure that the elements up to that one have memory. */
    private boolean prepare(final int index) {
        return chunks.get(chunkOf(index)) != null || grow(chunkOf(index));
    }

    private synchronized boolean grow(final int number) {
        if (chunks.get(number) == null) {
            final int first = firstOf(number);
            try {
                chunks.set(number, new ElementChunk(spec, layout, Math.min(first, spec.maxEntries() - first), cpus));
            } catch (final MapException none) {
                return false;
            }
        }
        return true;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; see LockedWord
    public long takeSpare(final int hash, final int cpu) {
        long element = spares.takeOwn();
        while (element == 0) {
            element = spares.takeAny();
            if (element == 0) {
                Thread.yield();
            }
        }
        return element;
    }

    @Override
    public void give(final long element) {
        free.give(element);
    }

    @Override
    public void giveSpare(final long element) {
        spares.give(element);
    }

    @Override
    public boolean owns(final long address, final int size) {
        for (int i = 0; i < chunks.length(); i++) {
            final ElementChunk chunk = chunks.get(i);
            if (chunk == null) {
                return false;
            }
            if (chunk.owns(address, size)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long used() {
        return Math.max(0, fresh.get() - free.size());
    }

    @Override
    public long memory() {
        long memory = free.memory() + spares.memory();
        for (int i = 0; i < chunks.length(); i++) {
            final ElementChunk chunk = chunks.get(i);
            memory += chunk == null ? 0 : chunk.memory();
        }
        return memory;
    }

    @Override
    public void close() {
        for (int i = 0; i < chunks.length(); i++) {
            final ElementChunk chunk = chunks.get(i);
            if (chunk != null) {
                chunk.close();
            }
        }
        free.close();
        spares.close();
    }
}
