package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;

/**
 * The memory of a ring of records as {@code kernel/bpf/ringbuf.c}, Linux 6.18, lays it out: a page with the consumer's
 * position, a page with the producer's, the data. Positions are bytes and only grow; a record begins at {@code position &
 * mask} with a header of eight bytes (length with busy and discard bits, then four bytes for the ring's owner) and is
 * padded to a multiple of eight.
 *
 * <p>The kernel maps the data twice, one after the other, so that a record which wraps is contiguous. Here the second half
 * is memory of its own: records begin in the first half only, and one that wraps runs on into the second. The first bytes
 * of the first half, which it would fill in the kernel, then stay unused for that lap: so the space is counted as there.
 */
final class RingMemory {

    static final int BUSY = 1 << 31;
    static final int DISCARD = 1 << 30;
    static final int HEADER = 8;
    static final int LENGTH = ~(BUSY | DISCARD);

    private static final int PAGE = 4096;

    private final NativeArea area;
    private final long size;

    /** Takes memory for {@code size} bytes of records: a power of two and a multiple of 4096. */
    RingMemory(final MapSpec spec, final long size) {
        this.size = size;
        this.area = SpecRule.area(spec, 2L * PAGE + 2 * size);
    }

    /** Whether a ring may have that size. */
    static boolean possible(final int size) {
        return Integer.bitCount(size) == 1 && (size & PAGE - 1) == 0;
    }

    /** What a record of that length takes, header and padding included. */
    static long span(final long length) {
        return length + HEADER + 7 & ~7L;
    }

    long size() {
        return size;
    }

    long mask() {
        return size - 1;
    }

    long data() {
        return area.address() + 2 * PAGE;
    }

    /** Address of the header at a position. */
    long header(final long position) {
        return data() + (position & mask());
    }

    long consumer() {
        return NativeMemory.getLongAcquire(area.address());
    }

    void consumer(final long position) {
        NativeMemory.putLongRelease(area.address(), position);
    }

    long producer() {
        return NativeMemory.getLongAcquire(area.address() + PAGE);
    }

    void producer(final long position) {
        NativeMemory.putLongRelease(area.address() + PAGE, position);
    }

    /** Position of the oldest record that may still be busy; written by the holder of the producers' lock. */
    long pending() {
        return NativeMemory.getLongAcquire(area.address() + PAGE + 64);
    }

    void pending(final long position) {
        NativeMemory.putLongRelease(area.address() + PAGE + 64, position);
    }

    /** Whether the record at the consumer's position is there and finished. */
    boolean ready() {
        final long position = consumer();
        return position < producer() && NativeMemory.getIntAcquire(header(position)) >= 0;
    }

    long memory() {
        return area.length();
    }

    void close() {
        area.close();
    }
}
