package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;

/**
 * Layout of a {@code struct bpf_dynptr_kern}, 16 bytes ({@code include/linux/bpf.h}, Linux 6.18): address, then size with
 * kind and read-only bit in its upper byte, then offset. The address of a dynptr on a packet is the context's.
 *
 * <p>Where no verifier has run a program can write one itself, so what it leads to is checked at each use.
 */
final class Dynptr {

    /** {@code BPF_DYNPTR_TYPE_LOCAL}. */
    static final int LOCAL = 1;

    /** {@code BPF_DYNPTR_TYPE_RINGBUF}. */
    static final int RINGBUF = 2;

    /** {@code BPF_DYNPTR_TYPE_XDP}. */
    static final int XDP = 4;

    /** {@code DYNPTR_MAX_SIZE}. */
    static final int MAX_SIZE = (1 << 24) - 1;

    /** Bytes that one takes. */
    static final int LENGTH = 16;

    private static final int READ_ONLY = 1 << 31;
    private static final int KIND_SHIFT = 28;
    private static final int KIND_MASK = 7;

    private Dynptr() {}

    static void set(final long dynptr, final int kind, final long address, final int size) {
        NativeMemory.putLong(dynptr, address);
        NativeMemory.putInt(dynptr + 8, size | (kind << KIND_SHIFT));
        NativeMemory.putInt(dynptr + 12, 0);
    }

    static void setReadOnly(final long dynptr) {
        NativeMemory.putInt(dynptr + 8, NativeMemory.getInt(dynptr + 8) | READ_ONLY);
    }

    static void setNull(final long dynptr) {
        NativeMemory.putLong(dynptr, 0);
        NativeMemory.putLong(dynptr + 8, 0);
    }

    static boolean isNull(final long dynptr) {
        return NativeMemory.getLong(dynptr) == 0;
    }

    static long address(final long dynptr) {
        return NativeMemory.getLong(dynptr);
    }

    static int size(final long dynptr) {
        return NativeMemory.getInt(dynptr + 8) & MAX_SIZE;
    }

    static void size(final long dynptr, final int size) {
        NativeMemory.putInt(dynptr + 8, (NativeMemory.getInt(dynptr + 8) & ~MAX_SIZE) | size);
    }

    static int kind(final long dynptr) {
        return (NativeMemory.getInt(dynptr + 8) >>> KIND_SHIFT) & KIND_MASK;
    }

    static boolean readOnly(final long dynptr) {
        return NativeMemory.getInt(dynptr + 8) < 0;
    }

    static int offset(final long dynptr) {
        return NativeMemory.getInt(dynptr + 12);
    }

    static void offset(final long dynptr, final int offset) {
        NativeMemory.putInt(dynptr + 12, offset);
    }

    /** {@code bpf_dynptr_check_off_len}: 0 or -E2BIG. Both are unsigned 32-bit numbers. */
    static int check(final long dynptr, final long offset, final long length) {
        final int size = size(dynptr);
        return length > size || offset > size - length ? Errno.E2BIG.negative() : 0;
    }
}
