package io.xdp4j.map;

import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Native memory for a key, a following key and a value on their way between Java's buffers and a map. A few slots, claimed
 * by spinning: only control code comes here, never a packet.
 */
final class Scratch implements AutoCloseable {

    private static final int SLOTS = 4;

    private final int keySize;
    private final int valueLength;
    private final int keyStride;
    private final int slotStride;
    private final NativeArea area;
    private final UnsafeBuffer view = new UnsafeBuffer();
    private final AtomicInteger busy = new AtomicInteger();

    Scratch(final int keySize, final int valueSize, final int valueLength) {
        this.keySize = keySize;
        this.valueLength = valueLength;
        this.keyStride = (keySize + 15) & ~7;
        this.slotStride = 2 * keyStride + ((Math.max(valueSize, valueLength) + 15) & ~7);
        this.area = new NativeArea((long) SLOTS * slotStride, 64);
        view.wrap(area.address(), (int) area.length());
    }

    int claim() {
        while (true) {
            final int taken = busy.get();
            final int free = Integer.numberOfTrailingZeros(~taken);
            if (free < SLOTS && busy.compareAndSet(taken, taken | 1 << free)) {
                return free;
            }
            Thread.onSpinWait();
        }
    }

    void release(final int slot) {
        busy.getAndUpdate(taken -> taken & ~(1 << slot));
    }

    long putKey(final int slot, final DirectBuffer key, final int offset) {
        view.putBytes(slot * slotStride, key, offset, keySize);
        return area.address() + (long) slot * slotStride;
    }

    long nextKey(final int slot) {
        return area.address() + (long) slot * slotStride + keyStride;
    }

    void getNextKey(final int slot, final MutableDirectBuffer target, final int offset) {
        view.getBytes(slot * slotStride + keyStride, target, offset, keySize);
    }

    long value(final int slot) {
        final long address = area.address() + (long) slot * slotStride + 2L * keyStride;
        NativeMemory.fill(address, valueLength, (byte) 0);
        return address;
    }

    long putValue(final int slot, final DirectBuffer value, final int offset) {
        view.putBytes(slot * slotStride + 2 * keyStride, value, offset, valueLength);
        return area.address() + (long) slot * slotStride + 2L * keyStride;
    }

    void getValue(final int slot, final MutableDirectBuffer target, final int offset) {
        view.getBytes(slot * slotStride + 2 * keyStride, target, offset, valueLength);
    }

    @Override
    public void close() {
        area.close();
    }
}
