package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.packet.Burst;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/**
 * A packet's bytes across its frames: what {@code bpf_xdp_pointer} and {@code bpf_xdp_copy_buf} in {@code
 * net/core/filter.c}, Linux 6.18, do.
 *
 * <p>A frame that {@code adjust_tail} emptied stays in the chain with length 0: its owner still has to recycle it.
 */
final class PacketBytes {

    /** Offsets and lengths that the kernel accepts. */
    private static final long LIMIT = 0xffff;

    private PacketBytes() {}

    /** Bytes in all frames. */
    static int length(final Burst burst, final int first) {
        int slot = first;
        int total = burst.length[slot];
        while ((burst.options[slot] & Burst.CONTINUES) != 0) {
            total += burst.length[++slot];
        }
        return total;
    }

    /** The last frame that has bytes; the first frame if no other has. */
    static int lastSlot(final Burst burst, final int first) {
        int slot = first;
        int last = first;
        while ((burst.options[slot] & Burst.CONTINUES) != 0) {
            if (burst.length[++slot] > 0) {
                last = slot;
            }
        }
        return last;
    }

    /**
     * Where {@code length} bytes at {@code offset} lie if they lie in one frame.
     *
     * @return an address; 0 if they lie in several frames; -EFAULT or -EINVAL if the packet has no such bytes
     */
    static long pointer(final Execution execution, final long offset, final long length) {
        if (offset > LIMIT || length > LIMIT) {
            return Errno.EFAULT.negative();
        }
        final Burst burst = execution.burst();
        int slot = execution.slot();
        if (offset + length > length(burst, slot)) {
            return Errno.EINVAL.negative();
        }
        long rest = offset;
        while (rest >= burst.length[slot] && (burst.options[slot] & Burst.CONTINUES) != 0) {
            rest -= burst.length[slot++];
        }
        return rest + length <= burst.length[slot] ? burst.data[slot] + rest : 0;
    }

    /** Copies bytes that the packet has, out to {@code target}. */
    static void read(final Execution execution, final long offset, final long target, final long length) {
        copyAcross(execution, offset, target, length, false);
    }

    private static void copyAcross(
            final Execution execution,
            final long offset,
            final long memory,
            final long length,
            final boolean toPacket) {
        final Burst burst = execution.burst();
        int slot = execution.slot();
        long rest = offset;
        long done = 0;
        while (done < length) {
            final long part = Math.min(burst.length[slot] - rest, length - done);
            if (part > 0) {
                copyPart(burst.data[slot] + rest, memory + done, part, toPacket);
                done += part;
                rest = 0;
            } else {
                rest -= burst.length[slot];
            }
            slot++;
        }
    }

    private static void copyPart(final long packet, final long memory, final long length, final boolean toPacket) {
        NativeMemory.copy(toPacket ? memory : packet, toPacket ? packet : memory, length);
    }

    /** {@code __bpf_xdp_load_bytes}: 0 or a negative error number. */
    static long load(final Execution execution, final long offset, final long target, final long length) {
        return copy(execution, offset, target, length, false);
    }

    /** {@code __bpf_xdp_store_bytes}: 0 or a negative error number. */
    static long store(final Execution execution, final long offset, final long source, final long length) {
        return copy(execution, offset, source, length, true);
    }

    private static long copy(
            final Execution execution,
            final long offset,
            final long memory,
            final long length,
            final boolean toPacket) {
        final long address = pointer(execution, offset, length);
        if (address < 0) {
            return address;
        }
        if (address > 0) {
            copyPart(address, memory, length, toPacket);
        } else {
            copyAcross(execution, offset, memory, length, toPacket);
        }
        return 0;
    }
}
