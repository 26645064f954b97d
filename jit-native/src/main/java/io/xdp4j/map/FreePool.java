package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
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

    /** After memory was refused: how long not to ask again, since a refusal is slow. */
    private static final long REFUSED_NS = 1_000_000_000L;

    private final MapMemory memory;
    private final int maxEntries;
    private final ElementLayout layout;
    private final int cpus;
    private final int firstCount;
    private boolean refused;
    private long refusedAtNs;
    private final FreeList free;
    private final FreeList spares;
    private final AtomicInteger fresh = new AtomicInteger();
    private final AtomicInteger batchesClaimed = new AtomicInteger();
    private final AtomicInteger batchesGiven = new AtomicInteger();
    private final AtomicReferenceArray<@Nullable ElementChunk> chunks = new AtomicReferenceArray<>(32);

    FreePool(final MapMemory memory, final ElementLayout layout, final int cpus) {
        final MapSpec spec = memory.spec();
        this.memory = memory;
        this.maxEntries = spec.maxEntries();
        this.layout = layout;
        this.cpus = cpus;
        final boolean grows = (spec.flags() & MapSpec.NO_PREALLOC) != 0 && maxEntries > FIRST_CHUNK;
        this.firstCount = grows ? FIRST_CHUNK : maxEntries;
        final int spareCount = spec.type().perCpu() ? 0 : cpus + JAVA_THREADS;
        final ElementChunk first = new ElementChunk(memory, layout, firstCount + spareCount, cpus);
        chunks.set(0, first);
        this.free = new FreeList(memory, cpus);
        this.spares = new FreeList(memory, cpus);
        for (int i = 0; i < spareCount; i++) {
            spares.give(first.element(firstCount + i));
        }
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; see LockedWord
    public long take(final int hash, final int cpu) {
        final long own = free.takeOwn();
        if (own != 0) {
            return own;
        }
        while (true) {
            // A batch that another has claimed and not yet given is neither fresh nor free: look again once it is.
            final int before = batchesGiven.get();
            final long fresh = takeFresh();
            if (fresh > 0) {
                return fresh;
            }
            final long any = free.takeAny();
            if (any != 0) {
                return any;
            }
            if (batchesClaimed.get() == before) {
                return fresh == 0 ? Errno.E2BIG.negative() : fresh;
            }
            Thread.yield();
        }
    }

    /** An element that was never used; 0 if all were, -ENOMEM if there is no memory for it. */
    private long takeFresh() {
        while (true) {
            final int start = fresh.get();
            final int end = Math.min(maxEntries, start + BATCH);
            if (start == end) {
                return 0;
            }
            if (!prepare(end - 1)) {
                return Errno.ENOMEM.negative();
            }
            batchesClaimed.incrementAndGet();
            try {
                if (fresh.compareAndSet(start, end)) {
                    for (int i = end - 1; i > start; i--) {
                        free.give(element(i));
                    }
                    return element(start);
                }
            } finally {
                batchesGiven.incrementAndGet();
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
        if (chunks.get(number) != null) {
            return true;
        }
        if (refused && System.nanoTime() - refusedAtNs < REFUSED_NS) {
            return false;
        }
        final int first = firstOf(number);
        try {
            chunks.set(number, new ElementChunk(memory, layout, Math.min(first, maxEntries - first), cpus));
            return true;
        } catch (final MapException none) {
            refused = true;
            refusedAtNs = System.nanoTime();
            return false;
        }
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
}
