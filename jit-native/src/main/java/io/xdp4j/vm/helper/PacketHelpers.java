package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.packet.Burst;
import io.xdp4j.packet.FrameLayout;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/** Helpers that move a packet's bounds or copy its bytes: {@code net/core/filter.c}, Linux 6.18. */
final class PacketHelpers {

    /** {@code skb_shared_info.meta_len} is a byte, and metadata is aligned to 4: so 252. */
    private static final long MAX_META = 255;

    private PacketHelpers() {}

    static long adjustHead(
            final Execution execution, final long ctx, final long offset, final long r3, final long r4, final long r5) {
        final Burst burst = execution.burst();
        final int slot = execution.slot();
        final int by = (int) offset;
        final int meta = burst.metaLength[slot];
        final long data = burst.data[slot] + by;
        if (data < execution.hardStart() + meta || data > execution.dataEnd() - FrameLayout.ETH_HLEN) {
            return Errno.EINVAL.negative();
        }
        if (meta != 0) {
            NativeMemory.copy(execution.dataMeta(), data - meta, meta);
        }
        burst.data[slot] = data;
        burst.length[slot] -= by;
        execution.packetChanged();
        return 0;
    }

    static long adjustMeta(
            final Execution execution, final long ctx, final long offset, final long r3, final long r4, final long r5) {
        final Burst burst = execution.burst();
        final int slot = execution.slot();
        final long meta = execution.dataMeta() + (int) offset;
        final long length = burst.data[slot] - meta;
        if (meta < execution.hardStart() || length < 0) {
            return Errno.EINVAL.negative();
        }
        if ((length & 3) != 0 || length > MAX_META) {
            return Errno.EACCES.negative();
        }
        burst.metaLength[slot] = (int) length;
        execution.packetChanged();
        return 0;
    }

    static long adjustTail(
            final Execution execution, final long ctx, final long offset, final long r3, final long r4, final long r5) {
        final Burst burst = execution.burst();
        final int slot = execution.slot();
        final int by = (int) offset;
        final int last = PacketBytes.lastSlot(burst, slot);
        if (last != slot) {
            return by < 0 ? shrink(execution, burst, slot, last, -(long) by) : grow(burst, last, by);
        }
        final long end = execution.dataEnd();
        if (end + by > execution.hardEnd(slot) || end + by < burst.data[slot] + FrameLayout.ETH_HLEN) {
            return Errno.EINVAL.negative();
        }
        if (by > 0) {
            // What was there before may be another packet's.
            NativeMemory.fill(end, by, (byte) 0);
        }
        burst.length[slot] += by;
        execution.packetChanged();
        return 0;
    }

    /** {@code bpf_xdp_frags_increase_tail}; frames after the first keep nothing at their end. */
    private static long grow(final Burst burst, final int last, final int by) {
        final long end = burst.data[last] + burst.length[last];
        if (by > burst.frameStart[last] + burst.frameSize[last] - end) {
            return Errno.EINVAL.negative();
        }
        if (by > 0) {
            NativeMemory.fill(end, by, (byte) 0);
        }
        burst.length[last] += by;
        return 0;
    }

    /** {@code bpf_xdp_frags_shrink_tail}: takes bytes from the last frames, and then from the first. */
    private static long shrink(
            final Execution execution, final Burst burst, final int slot, final int last, final long by) {
        if (by > PacketBytes.length(burst, slot) - FrameLayout.ETH_HLEN) {
            return Errno.EINVAL.negative();
        }
        int rest = (int) by;
        for (int frame = last; frame > slot && rest > 0; frame--) {
            final int part = Math.min(rest, burst.length[frame]);
            burst.length[frame] -= part;
            rest -= part;
        }
        burst.length[slot] -= rest;
        execution.packetChanged();
        return 0;
    }

    static long length(
            final Execution execution, final long ctx, final long r2, final long r3, final long r4, final long r5) {
        return PacketBytes.length(execution.burst(), execution.slot());
    }

    static long loadBytes(
            final Execution execution,
            final long ctx,
            final long offset,
            final long target,
            final long length,
            final long r5) {
        return PacketBytes.load(execution, offset & 0xffff_ffffL, target, length & 0xffff_ffffL);
    }

    static long storeBytes(
            final Execution execution,
            final long ctx,
            final long offset,
            final long source,
            final long length,
            final long r5) {
        return PacketBytes.store(execution, offset & 0xffff_ffffL, source, length & 0xffff_ffffL);
    }
}
