package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.map.PerfEventArray;
import io.xdp4j.map.RingBuffer;
import io.xdp4j.map.UserRingBuffer;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.packet.Burst;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;
import org.jspecify.annotations.Nullable;

/**
 * Helpers that send records to Java, and take them from there: {@code kernel/bpf/ringbuf.c}, {@code bpf_xdp_event_output}
 * in {@code net/core/filter.c}, Linux 6.18. The worker remembers the records that a program has reserved, so that only
 * those can be submitted, and none is left behind by a program that ends early.
 */
final class RingBufferHelpers {

    /** {@code BPF_F_INDEX_MASK}. */
    private static final long INDEX_MASK = 0xffff_ffffL;

    /** {@code BPF_F_CTXLEN_MASK}: how many bytes of the packet follow the data. */
    private static final long PACKET_MASK = 0xfffffL << 32;

    private RingBufferHelpers() {}

    static long output(
            final Execution execution,
            final long map,
            final long data,
            final long size,
            final long flags,
            final long r5) {
        final RingBuffer ring = ring(execution, map);
        return ring == null ? 0 : ring.output(data, size, flags);
    }

    static long reserve(
            final Execution execution,
            final long map,
            final long size,
            final long flags,
            final long r4,
            final long r5) {
        final RingBuffer ring = ring(execution, map);
        return ring == null ? 0 : hold(execution, ring, ring.reserve(size, flags));
    }

    static long submit(
            final Execution execution,
            final long record,
            final long flags,
            final long r3,
            final long r4,
            final long r5) {
        final RingBuffer ring = execution.releaseRecord(record);
        if (ring == null) {
            return execution.fault("submit of what is no reserved record", record, 1);
        }
        ring.submit(record, flags);
        return 0;
    }

    static long discard(
            final Execution execution,
            final long record,
            final long flags,
            final long r3,
            final long r4,
            final long r5) {
        final RingBuffer ring = execution.releaseRecord(record);
        if (ring == null) {
            return execution.fault("discard of what is no reserved record", record, 1);
        }
        ring.discard(record, flags);
        return 0;
    }

    static long query(
            final Execution execution, final long map, final long what, final long r3, final long r4, final long r5) {
        final RingBuffer ring = ring(execution, map);
        return ring == null ? 0 : ring.query(what);
    }

    static long reserveDynptr(
            final Execution execution,
            final long map,
            final long size,
            final long flags,
            final long dynptr,
            final long r5) {
        final RingBuffer ring = ring(execution, map);
        if (ring == null) {
            return 0;
        }
        final long length = size & INDEX_MASK;
        if (flags != 0 || length > Dynptr.MAX_SIZE) {
            Dynptr.setNull(dynptr);
            return (flags != 0 ? Errno.EINVAL : Errno.E2BIG).negative();
        }
        final long record = hold(execution, ring, ring.reserve(length, 0));
        if (record == 0) {
            Dynptr.setNull(dynptr);
            return Errno.EINVAL.negative();
        }
        Dynptr.set(dynptr, Dynptr.RINGBUF, record, (int) length);
        return 0;
    }

    static long submitDynptr(
            final Execution execution,
            final long dynptr,
            final long flags,
            final long r3,
            final long r4,
            final long r5) {
        return finish(execution, dynptr, flags, true);
    }

    static long discardDynptr(
            final Execution execution,
            final long dynptr,
            final long flags,
            final long r3,
            final long r4,
            final long r5) {
        return finish(execution, dynptr, flags, false);
    }

    private static long finish(final Execution execution, final long dynptr, final long flags, final boolean keep) {
        if (Dynptr.isNull(dynptr)) {
            return 0;
        }
        final long record = Dynptr.address(dynptr);
        Dynptr.setNull(dynptr);
        return keep ? submit(execution, record, flags, 0, 0, 0) : discard(execution, record, flags, 0, 0, 0);
    }

    /** Calls the function with a dynptr on each sample that Java sent, until it answers other than 0. Allocates once. */
    static long drain(
            final Execution execution,
            final long map,
            final long function,
            final long context,
            final long flags,
            final long r5) {
        final UserspaceMap target = execution.map(map);
        if (!(target instanceof final UserRingBuffer ring)) {
            return wrongType(execution, map);
        }
        final long dynptr = execution.pushScratch(Dynptr.LENGTH);
        if (dynptr == 0) {
            return 0;
        }
        final long drained = ring.drain(
                (address, length) -> {
                    Dynptr.set(dynptr, Dynptr.LOCAL, address, length);
                    final long answer = execution.call(function, dynptr, context, 0, 0, 0);
                    return execution.faulted() ? 1 : answer;
                },
                flags);
        if (!execution.faulted()) {
            execution.popScratch(Dynptr.LENGTH);
        }
        return drained;
    }

    static long perfEventOutput(
            final Execution execution,
            final long ctx,
            final long map,
            final long flags,
            final long data,
            final long size) {
        final UserspaceMap target = execution.map(map);
        if (!(target instanceof final PerfEventArray array)) {
            return wrongType(execution, map);
        }
        if ((flags & ~(PACKET_MASK | INDEX_MASK)) != 0) {
            return Errno.EINVAL.negative();
        }
        final Burst burst = execution.burst();
        final int slot = execution.slot();
        final int packetBytes = (int) ((flags & PACKET_MASK) >>> 32);
        if (packetBytes > PacketBytes.length(burst, slot)) {
            return Errno.EFAULT.negative();
        }
        if (packetBytes <= burst.length[slot]) {
            return array.output(flags, execution.cpu(), data, size, burst.data[slot], packetBytes);
        }
        final long record = array.reserve(flags, execution.cpu(), size + packetBytes);
        if (record < 0) {
            return record;
        }
        NativeMemory.copy(data, record, size);
        PacketBytes.read(execution, 0, record + size, packetBytes);
        array.submit(record);
        return 0;
    }

    private static long hold(final Execution execution, final RingBuffer ring, final long record) {
        if (record != 0 && !execution.holdRecord(ring, record)) {
            ring.discard(record, 0);
            return execution.fault("too many ring buffer records reserved at once", Execution.RECORDS, 0);
        }
        return record;
    }

    private static @Nullable RingBuffer ring(final Execution execution, final long map) {
        if (execution.map(map) instanceof final RingBuffer ring) {
            return ring;
        }
        wrongType(execution, map);
        return null;
    }

    private static long wrongType(final Execution execution, final long map) {
        return execution.fault("map is not of the type that this helper is for", map, 0);
    }
}
