package io.xdp4j.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.agrona.UnsafeApi;

/**
 * Loads and stores at absolute addresses, for code that has already proved or checked that the address is good.
 *
 * <p>An address is a 64-bit native address; a length is in bytes. Multi-byte values are in the machine's byte order,
 * which is little-endian on every machine that we run on, and may be unaligned; the atomic operations want natural
 * alignment, as the kernel's do. Nothing here is checked: a wrong address ends the process.
 *
 * <p>Single values go through Agrona's access to {@code jdk.internal.misc.Unsafe}, which every {@code UnsafeBuffer} of ours
 * needs open anyway: one node of HotSpot's graph each. A {@code MemorySegment} over the whole address space is as fast alone,
 * but each access through it begins as hundreds of nodes, and a method with more than some twenty of them is past what
 * HotSpot inlines: a look-up in a hash of 16-byte keys costs 20 ns that way, 7 ns this way (JDK 25, Zen 5). {@code
 * sun.misc.Unsafe}, for its part, pays for its removal warnings on every access.
 */
public final class NativeMemory {

    @SuppressWarnings("restricted") // the one place that asks for the whole address space
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    static {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("little-endian machine required: byteOrder=" + ByteOrder.nativeOrder());
        }
    }

    private NativeMemory() {}

    public static byte getByte(final long address) {
        return UnsafeApi.getByte(null, address);
    }

    public static short getShort(final long address) {
        return UnsafeApi.getShort(null, address);
    }

    public static int getInt(final long address) {
        return UnsafeApi.getInt(null, address);
    }

    public static long getLong(final long address) {
        return UnsafeApi.getLong(null, address);
    }

    public static void putByte(final long address, final byte value) {
        UnsafeApi.putByte(null, address, value);
    }

    public static void putShort(final long address, final short value) {
        UnsafeApi.putShort(null, address, value);
    }

    public static void putInt(final long address, final int value) {
        UnsafeApi.putInt(null, address, value);
    }

    public static void putLong(final long address, final long value) {
        UnsafeApi.putLong(null, address, value);
    }

    /** Copies {@code length} bytes; the ranges may overlap. */
    public static void copy(final long source, final long target, final long length) {
        MemorySegment.copy(ALL, source, ALL, target, length);
    }

    /** Copies out of native memory into an array. */
    public static void copy(final long source, final byte[] target, final int index, final int length) {
        MemorySegment.copy(ALL, BYTE, source, target, index, length);
    }

    /** Copies an array into native memory. */
    public static void copy(final byte[] source, final int index, final long target, final int length) {
        MemorySegment.copy(source, index, ALL, BYTE, target, length);
    }

    /** Sets {@code length} bytes to {@code value}. */
    public static void fill(final long address, final long length, final byte value) {
        ALL.asSlice(address, length).fill(value);
    }

    /** Whether two ranges of {@code length} bytes hold the same bytes. */
    public static boolean equal(final long left, final long right, final long length) {
        return MemorySegment.mismatch(ALL, left, left + length, ALL, right, right + length) < 0;
    }

    public static byte getByteAcquire(final long address) {
        return UnsafeApi.getByteAcquire(null, address);
    }

    public static short getShortAcquire(final long address) {
        return UnsafeApi.getShortAcquire(null, address);
    }

    public static int getIntAcquire(final long address) {
        return UnsafeApi.getIntAcquire(null, address);
    }

    public static long getLongAcquire(final long address) {
        return UnsafeApi.getLongAcquire(null, address);
    }

    public static int getIntVolatile(final long address) {
        return UnsafeApi.getIntVolatile(null, address);
    }

    public static long getLongVolatile(final long address) {
        return UnsafeApi.getLongVolatile(null, address);
    }

    public static void putByteRelease(final long address, final byte value) {
        UnsafeApi.putByteRelease(null, address, value);
    }

    public static void putShortRelease(final long address, final short value) {
        UnsafeApi.putShortRelease(null, address, value);
    }

    public static void putIntRelease(final long address, final int value) {
        UnsafeApi.putIntRelease(null, address, value);
    }

    public static void putLongRelease(final long address, final long value) {
        UnsafeApi.putLongRelease(null, address, value);
    }

    public static void putIntVolatile(final long address, final int value) {
        UnsafeApi.putIntVolatile(null, address, value);
    }

    public static void putLongVolatile(final long address, final long value) {
        UnsafeApi.putLongVolatile(null, address, value);
    }

    /** Adds and returns what was there before. */
    public static int getAndAddInt(final long address, final int delta) {
        return UnsafeApi.getAndAddInt(null, address, delta);
    }

    /** Adds and returns what was there before. */
    public static long getAndAddLong(final long address, final long delta) {
        return UnsafeApi.getAndAddLong(null, address, delta);
    }

    public static int getAndOrInt(final long address, final int mask) {
        return UnsafeApi.getAndBitwiseOrInt(null, address, mask);
    }

    public static long getAndOrLong(final long address, final long mask) {
        return UnsafeApi.getAndBitwiseOrLong(null, address, mask);
    }

    public static int getAndAndInt(final long address, final int mask) {
        return UnsafeApi.getAndBitwiseAndInt(null, address, mask);
    }

    public static long getAndAndLong(final long address, final long mask) {
        return UnsafeApi.getAndBitwiseAndLong(null, address, mask);
    }

    public static int getAndXorInt(final long address, final int mask) {
        return UnsafeApi.getAndBitwiseXorInt(null, address, mask);
    }

    public static long getAndXorLong(final long address, final long mask) {
        return UnsafeApi.getAndBitwiseXorLong(null, address, mask);
    }

    public static int getAndSetInt(final long address, final int value) {
        return UnsafeApi.getAndSetInt(null, address, value);
    }

    public static long getAndSetLong(final long address, final long value) {
        return UnsafeApi.getAndSetLong(null, address, value);
    }

    /** Stores {@code value} if {@code expected} is there; returns what was there before. */
    public static int compareAndExchangeInt(final long address, final int expected, final int value) {
        return UnsafeApi.compareAndExchangeInt(null, address, expected, value);
    }

    /** Stores {@code value} if {@code expected} is there; returns what was there before. */
    public static long compareAndExchangeLong(final long address, final long expected, final long value) {
        return UnsafeApi.compareAndExchangeLong(null, address, expected, value);
    }
}
