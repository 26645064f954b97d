package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.PerfReader;
import io.xdp4j.bpf.RingBufferReader;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;
import io.xdp4j.vm.HelperFixture;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RingBufferHelpersTest {

    private final HelperFixture fixture = new HelperFixture();
    private final UserspaceMap ring = fixture.map(MapType.RINGBUF, 0, 0, 4096);

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<Long> received() {
        final List<Long> values = new ArrayList<>();
        try (RingBufferReader reader = ring.openRingBuffer()) {
            reader.consume((buffer, offset, length) -> values.add(buffer.getLong(offset)), 100);
        }
        return values;
    }

    private long reserve(final int size) {
        return Called.helper(fixture, "ringbuf_reserve", ring.handle(), size, 0);
    }

    @Test
    void outputReachesTheReader() {
        assertThat(Called.helper(fixture, "ringbuf_output", ring.handle(), fixture.words(77), 8, 0))
                .isZero();
        assertThat(Called.helper(fixture, "ringbuf_output", ring.handle(), fixture.words(78), 8, 4))
                .isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.helper(fixture, "ringbuf_query", ring.handle(), 0)).isEqualTo(16);
        assertThat(received()).containsExactly(77L);
    }

    @Test
    void reservedRecordIsWritableUntilItIsSubmitted() {
        fixture.packet(60);
        final long record = reserve(16);

        assertThat(fixture.execution().writable(record, 16)).isTrue();
        assertThat(fixture.execution().writable(record, 17)).isFalse();
        NativeMemory.putLong(record, 5);
        assertThat(received()).isEmpty();
        Called.helper(fixture, "ringbuf_submit", record, 0);
        assertThat(fixture.execution().writable(record, 16)).isFalse();
        assertThat(received()).containsExactly(5L);
    }

    @Test
    void discardedRecordIsNotSeen() {
        final long record = reserve(16);
        Called.helper(fixture, "ringbuf_discard", record, 0);

        assertThat(received()).isEmpty();
        assertThat(fixture.fault()).isNull();
    }

    @Test
    void submittingTwiceEndsTheProgram() {
        final long record = reserve(16);
        Called.helper(fixture, "ringbuf_submit", record, 0);
        assertThat(fixture.fault()).isNull();
        Called.helper(fixture, "ringbuf_submit", record, 0);

        assertThat(fixture.fault()).isEqualTo("submit of what is no reserved record");
    }

    @Test
    void recordLeftBehindIsDiscardedWhenTheNextRunBegins() {
        fixture.packet(60);
        assertThat(reserve(16)).isNotZero();
        fixture.again();
        Called.helper(fixture, "ringbuf_output", ring.handle(), fixture.words(9), 8, 0);

        assertThat(received()).containsExactly(9L);
    }

    @Test
    void reservesNoMoreThanAWorkerCanHold() {
        fixture.packet(60);
        for (int i = 0; i < Execution.RECORDS; i++) {
            assertThat(reserve(8)).isNotZero();
        }
        assertThat(fixture.fault()).isNull();
        assertThat(reserve(8)).isZero();
        assertThat(fixture.fault()).isEqualTo("too many ring buffer records reserved at once");
    }

    @Test
    void fullRingGivesNoRecord() {
        assertThat(reserve(4096)).isZero();
        assertThat(fixture.fault()).isNull();
    }

    @Test
    void dynptrRecordGoesTheSameWay() {
        final long dynptr = fixture.take(16);
        assertThat(Called.helper(fixture, "ringbuf_reserve_dynptr", ring.handle(), 8, 0, dynptr))
                .isZero();
        assertThat(Called.helper(fixture, "dynptr_write", dynptr, 0, fixture.words(31), 8, 0))
                .isZero();
        Called.helper(fixture, "ringbuf_submit_dynptr", dynptr, 0);

        assertThat(Called.kfunc(fixture, "bpf_dynptr_is_null", dynptr)).isEqualTo(1);
        Called.helper(fixture, "ringbuf_discard_dynptr", dynptr, 0);
        assertThat(fixture.fault()).isNull();
        assertThat(received()).containsExactly(31L);
    }

    @Test
    void dynptrReservationSaysWhyItFails() {
        final long dynptr = fixture.take(16);

        assertThat(Called.helper(fixture, "ringbuf_reserve_dynptr", ring.handle(), 8, 1, dynptr))
                .isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.helper(fixture, "ringbuf_reserve_dynptr", ring.handle(), 1 << 24, 0, dynptr))
                .isEqualTo(Errno.E2BIG.negative());
        assertThat(Called.helper(fixture, "ringbuf_reserve_dynptr", ring.handle(), 5000, 0, dynptr))
                .isEqualTo(Errno.EINVAL.negative());
        Called.helper(fixture, "ringbuf_submit_dynptr", dynptr, 0);
        assertThat(fixture.fault()).isNull();
    }

    @Test
    void mapOfAnotherTypeEndsTheProgram() {
        final UserspaceMap queue = fixture.map(MapType.QUEUE, 0, 4, 8);
        Called.helper(fixture, "ringbuf_reserve", queue.handle(), 8, 0);

        assertThat(fixture.fault()).isEqualTo("map is not of the type that this helper is for");
    }

    @Test
    void drainsWhatJavaSentUntilTheProgramHasEnough() {
        final UserspaceMap samples = fixture.map(MapType.USER_RINGBUF, 0, 0, 4096);
        final UnsafeBuffer sample = new UnsafeBuffer(new byte[8]);
        for (long value = 1; value <= 3; value++) {
            sample.putLong(0, value);
            assertThat(samples.openUserRing().offer(sample, 0, 8)).isTrue();
        }
        final long target = fixture.take(8);
        final List<Long> seen = new ArrayList<>();
        final long function = fixture.on((dynptr, context, r3, r4) -> {
            assertThat(fixture.execution().readable(dynptr, 16)).isTrue();
            assertThat(context).isEqualTo(target);
            assertThat(Called.helper(fixture, "dynptr_read", target, 8, dynptr, 0, 0))
                    .isZero();
            seen.add(NativeMemory.getLong(target));
            return seen.size() == 2 ? 1 : 0;
        });

        assertThat(Called.helper(fixture, "user_ringbuf_drain", samples.handle(), function, target, 0))
                .isEqualTo(2);
        assertThat(seen).containsExactly(1L, 2L);
        assertThat(Called.helper(fixture, "user_ringbuf_drain", samples.handle(), function, target, 0))
                .isEqualTo(1);
        assertThat(seen).containsExactly(1L, 2L, 3L);
        assertThat(Called.helper(fixture, "user_ringbuf_drain", samples.handle(), function, target, 8))
                .isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void perfEventCarriesDataAndPacketBytesAcrossFrames() {
        fixture.packet(20, 10);
        final UserspaceMap events = fixture.map(MapType.PERF_EVENT_ARRAY, 4, 4, 2);
        final long ctx = fixture.execution().context();
        final long data = fixture.words(0x0102030405060708L);
        final long current = 0xffff_ffffL;

        assertThat(Called.helper(fixture, "perf_event_output", ctx, events.handle(), current, data, 8))
                .isEqualTo(Errno.ENOENT.negative());
        final List<byte[]> records = new ArrayList<>();
        try (PerfReader reader = events.openPerfBuffer(4096)) {
            assertThat(Called.helper(
                            fixture, "perf_event_output", ctx, events.handle(), current | (25L << 32), data, 8))
                    .isZero();
            assertThat(Called.helper(fixture, "perf_event_output", ctx, events.handle(), 1 | (4L << 32), data, 8))
                    .isZero();
            assertThat(Called.helper(fixture, "perf_event_output", ctx, events.handle(), 0, data, 8))
                    .isEqualTo(Errno.EOPNOTSUPP.negative());
            assertThat(Called.helper(fixture, "perf_event_output", ctx, events.handle(), 2, data, 8))
                    .isEqualTo(Errno.E2BIG.negative());
            assertThat(Called.helper(
                            fixture, "perf_event_output", ctx, events.handle(), current | (31L << 32), data, 8))
                    .isEqualTo(Errno.EFAULT.negative());
            assertThat(Called.helper(fixture, "perf_event_output", ctx, events.handle(), 1L << 52, data, 8))
                    .isEqualTo(Errno.EINVAL.negative());
            reader.consume(
                    (cpu, buffer, offset, length) -> {
                        assertThat(cpu).isEqualTo(1);
                        final byte[] bytes = new byte[length];
                        buffer.getBytes(offset, bytes);
                        records.add(bytes);
                    },
                    10);
        }
        assertThat(records).hasSize(2);
        assertThat(records.get(0)).startsWith(8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2);
        assertThat(records.get(0)[8 + 24]).isEqualTo((byte) 24);
        assertThat(records.get(1)).startsWith(8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3);
    }
}
