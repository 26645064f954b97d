package io.xdp4j.map;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives memory back only when no program can still have an address in it: what RCU's grace period is in the kernel.
 *
 * <p>Each worker has a {@link Reader} and is inside it while it runs a burst. What is taken from the maps' slots first and
 * {@linkplain #retire retired} then is freed once every worker that was inside at that moment has left: at the latest with
 * the next retirement or new map after that. Where no worker runs, it is freed at once. Safe for use by several threads;
 * readers never wait.
 */
public final class Grace {

    private final ArrayDeque<Retired> retired = new ArrayDeque<>();
    private volatile List<Reader> readers = List.of();
    private final AtomicLong epoch = new AtomicLong(1);

    /** Makes a worker known; it is outside. */
    public synchronized Reader reader() {
        final Reader reader = new Reader();
        final List<Reader> more = new ArrayList<>(readers);
        more.add(reader);
        readers = List.copyOf(more);
        return reader;
    }

    /** How many workers are known, inside or outside. */
    public int workers() {
        return readers.size();
    }

    private synchronized void remove(final Reader reader) {
        readers = readers.stream().filter(other -> other != reader).toList();
        freeWhatCanBe();
    }

    /** Frees something that programs which start from now on cannot find, once those that may have found it are done. */
    synchronized void retire(final Runnable free) {
        retired.add(new Retired(mark(), free));
        freeWhatCanBe();
    }

    /**
     * Begins a wait: what was unlinked before can be used again once {@link #passed} says so. Takes no monitor and frees
     * nothing, so that a program's update may call it.
     */
    long mark() {
        return epoch.incrementAndGet();
    }

    /** Whether all workers that were inside at the {@link #mark} have left since. Never waits. */
    boolean passed(final long mark) {
        for (final Reader reader : readers) {
            final long entered = reader.entered;
            if (entered != 0 && entered < mark) {
                return false;
            }
        }
        return true;
    }

    /** Frees what has waited long enough. */
    synchronized void freeWhatCanBe() {
        while (!retired.isEmpty() && passed(retired.getFirst().epoch)) {
            retired.removeFirst().free.run();
        }
    }

    private record Retired(long epoch, Runnable free) {}

    /** One worker's place. Used by that worker's thread only. */
    public final class Reader implements AutoCloseable {

        /** The epoch in which the worker entered; 0 while it is outside. */
        private volatile long entered;

        private Reader() {}

        /** Enters: what is found in maps from now on stays good until {@link #leave}. Not reentrant. */
        public void enter() {
            entered = epoch.get();
            VarHandle.fullFence(); // what is looked up next must not be read before others can see that we are inside
        }

        /** Leaves: no address that was found is used any more. */
        public void leave() {
            entered = 0;
        }

        /** Forgets the worker. */
        @Override
        public void close() {
            entered = 0;
            remove(this);
        }
    }
}
