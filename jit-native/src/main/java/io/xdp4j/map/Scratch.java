package io.xdp4j.map;

import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Native memory for a key, a following key and a value on their way between Java's buffers and a map. A few slots, claimed
 * by spinning, then yielding: only control code comes here, never a packet. The memory is taken at the first use. Closing
 * it waits for the operations under way and refuses those that come later, so that none of them meets memory that is gone.
 */
final class Scratch implements AutoCloseable {

    /** What {@link #claim} answers once the map is closed. */
    static final int CLOSED = -1;

    private static final int MOST_SLOTS = 4;
    private static final int LARGE_SLOT = 1 << 20;
    private static final int CLOSED_BIT = 1 << MOST_SLOTS;

    /** Tries before a waiting thread gives its CPU away, perhaps to the one that it waits for. */
    private static final int SPINS = 64;

    private final int keySize;
    private final int valueLength;
    private final int keyStride;
    private final int slotStride;
    private final int slots;
    private final AtomicInteger busy = new AtomicInteger();
    private volatile @Nullable Memory memory;

    Scratch(final int keySize, final int valueSize, final int valueLength) {
        this.keySize = keySize;
        this.valueLength = valueLength;
        this.keyStride = (keySize + 15) & ~7;
        this.slotStride = 2 * keyStride + ((Math.max(valueSize, valueLength) + 15) & ~7);
        this.slots = slotStride > LARGE_SLOT ? 1 : MOST_SLOTS;
    }

    /** Waits for a free slot; {@link #CLOSED} if the map is closed. */
    int claim() {
        for (int tries = 0; ; tries++) {
            final int taken = busy.get();
            if ((taken & CLOSED_BIT) != 0) {
                return CLOSED;
            }
            final int free = Integer.numberOfTrailingZeros(~taken);
            if (free < slots && busy.compareAndSet(taken, taken | 1 << free)) {
                return free;
            }
            pause(tries);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // correctness does not rest on yield; it lets a preempted holder go on
    private static void pause(final int tries) {
        if (tries < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    void release(final int slot) {
        busy.getAndUpdate(taken -> taken & ~(1 << slot));
    }

    private Memory memory() {
        final Memory there = memory;
        return there != null ? there : takeMemory();
    }

    private synchronized Memory takeMemory() {
        Memory there = memory;
        if (there == null) {
            final NativeArea area = new NativeArea((long) slots * slotStride, 64);
            final UnsafeBuffer[] views = new UnsafeBuffer[slots];
            for (int slot = 0; slot < slots; slot++) {
                views[slot] = new UnsafeBuffer(area.address() + (long) slot * slotStride, slotStride);
            }
            there = new Memory(area, views);
            memory = there;
        }
        return there;
    }

    long putKey(final int slot, final DirectBuffer key, final int offset) {
        final UnsafeBuffer view = memory().views[slot];
        view.putBytes(0, key, offset, keySize);
        return view.addressOffset();
    }

    long nextKey(final int slot) {
        return memory().views[slot].addressOffset() + keyStride;
    }

    void getNextKey(final int slot, final MutableDirectBuffer target, final int offset) {
        target.putBytes(offset, memory().views[slot], keyStride, keySize);
    }

    long value(final int slot) {
        final long address = memory().views[slot].addressOffset() + 2L * keyStride;
        NativeMemory.fill(address, valueLength, (byte) 0);
        return address;
    }

    long putValue(final int slot, final DirectBuffer value, final int offset) {
        final UnsafeBuffer view = memory().views[slot];
        view.putBytes(2 * keyStride, value, offset, valueLength);
        return view.addressOffset() + 2L * keyStride;
    }

    void getValue(final int slot, final MutableDirectBuffer target, final int offset) {
        target.putBytes(offset, memory().views[slot], 2 * keyStride, valueLength);
    }

    @Override
    public void close() {
        for (int tries = 0; (busy.getAndUpdate(taken -> taken | CLOSED_BIT) & ~CLOSED_BIT) != 0; tries++) {
            pause(tries);
        }
        final Memory there = memory;
        if (there != null) {
            there.area.close();
        }
    }

    /** The slots' memory, and a view of each. */
    private static final class Memory {
        private final NativeArea area;
        private final UnsafeBuffer[] views;

        Memory(final NativeArea area, final UnsafeBuffer[] views) {
            this.area = area;
            this.views = views;
        }
    }
}
