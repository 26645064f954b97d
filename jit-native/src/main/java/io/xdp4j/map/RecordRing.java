package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeMemory;
import java.lang.invoke.VarHandle;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A ring that programs write and Java reads: any number of producers, who reserve under a spin lock and finish in any
 * order, and one consumer, as {@code kernel/bpf/ringbuf.c}, Linux 6.18.
 */
final class RecordRing {

    /** {@code BPF_RB_NO_WAKEUP}. */
    static final long NO_WAKEUP = 1;

    /** {@code BPF_RB_FORCE_WAKEUP}. */
    static final long FORCE_WAKEUP = 2;

    /** {@code RINGBUF_MAX_RECORD_SZ}. */
    private static final long LONGEST = 0xffff_ffffL / 4;

    private final RingMemory memory;
    private final Signal signal;
    private final int owner;
    private final SpinLock lock = new SpinLock();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    RecordRing(final MapSpec spec, final long size, final int owner, final Signal signal) {
        this.memory = new RingMemory(spec, size);
        this.owner = owner;
        this.signal = signal;
    }

    RingMemory memory() {
        return memory;
    }

    /** Address of a new record's first byte, or 0 if there is no space. */
    long reserve(final long length) {
        if (Long.compareUnsigned(length, LONGEST) > 0) {
            return 0;
        }
        final long span = RingMemory.span(length);
        if (span > memory.size()) {
            return 0;
        }
        final long consumer = memory.consumer();
        lock.lock();
        try {
            final long start = memory.producer();
            long pending = memory.pending();
            while (pending < start) {
                final int header = NativeMemory.getIntAcquire(memory.header(pending));
                if (header < 0) {
                    break;
                }
                pending += RingMemory.span(header & RingMemory.LENGTH);
            }
            memory.pending(pending);
            final long end = start + span;
            if (end - consumer > memory.mask() || end - pending > memory.mask()) {
                return 0;
            }
            final long header = memory.header(start);
            NativeMemory.putInt(header + 4, owner);
            NativeMemory.putIntRelease(header, (int) length | RingMemory.BUSY);
            memory.producer(end);
            return header + RingMemory.HEADER;
        } finally {
            lock.unlock();
        }
    }

    /** Finishes a record, and wakes the consumer if it has caught up with this record, or as the flags say. */
    void commit(final long record, final boolean discard, final long flags) {
        finish(record, discard ? RingMemory.DISCARD : 0);
        final boolean caughtUp = memory.header(memory.consumer()) == record - RingMemory.HEADER;
        if ((flags & FORCE_WAKEUP) != 0 || (caughtUp && (flags & NO_WAKEUP) == 0)) {
            signal.raise();
        }
    }

    /** Finishes a record and wakes nobody. */
    static void finish(final long record, final int bits) {
        final long header = record - RingMemory.HEADER;
        final int length = NativeMemory.getInt(header) & RingMemory.LENGTH;
        // Full fence: the consumer publishes its position, then reads the header; we do it the other way round.
        NativeMemory.getAndSetInt(header, length | bits);
    }

    /**
     * Whether {@code [address, address + size)} lies in one record that is reserved and not finished. Such a record is
     * between pending and producer position, and keeps both from passing it, so its header is not overwritten.
     */
    boolean owns(final long address, final int size) {
        final long offset = address - memory.data();
        if (offset < 0 || offset + size > 2 * memory.size()) {
            return false;
        }
        while (true) {
            final long pending = memory.pending();
            final boolean found = inBusyRecord(offset, size, pending, memory.producer());
            VarHandle.acquireFence();
            if (found || memory.pending() == pending) {
                return found;
            }
        }
    }

    private boolean inBusyRecord(final long offset, final int size, final long from, final long to) {
        long position = from;
        while (position < to) {
            final int header = NativeMemory.getIntAcquire(memory.header(position));
            final int length = header & RingMemory.LENGTH;
            final long start = (position & memory.mask()) + RingMemory.HEADER;
            if (offset >= start && offset + size <= start + length) {
                return header < 0;
            }
            position += RingMemory.span(length);
        }
        return false;
    }

    /** Gives up to {@code limit} finished records to the handler; called by one thread at a time. */
    int consume(final Handler handler, final int limit) {
        int done = 0;
        boolean more = true;
        while (more) {
            while (done < limit && memory.ready()) {
                done += next(handler);
            }
            // StoreLoad: a producer that finishes a record now either sees our position and wakes us, or we see its
            // record.
            VarHandle.fullFence();
            more = done < limit && memory.ready();
        }
        return done;
    }

    /** Drops what was left behind; called while nobody else consumes. */
    void skipAll() {
        consume((view, length) -> {}, Integer.MAX_VALUE);
    }

    private int next(final Handler handler) {
        final long position = memory.consumer();
        final int header = NativeMemory.getIntAcquire(memory.header(position));
        final int length = header & RingMemory.LENGTH;
        try {
            if ((header & RingMemory.DISCARD) != 0) {
                return 0;
            }
            view.wrap(memory.header(position) + RingMemory.HEADER, length);
            handler.onRecord(view, length);
            return 1;
        } finally {
            memory.consumer(position + RingMemory.span(length));
        }
    }

    /** Takes a record; the view is the record. */
    @FunctionalInterface
    interface Handler {
        void onRecord(DirectBuffer view, int length);
    }
}
