package io.xdp4j.map;

import static io.xdp4j.map.Fixture.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.RingBufferReader;
import io.xdp4j.sys.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RingBufferTest {

    private final Fixture fixture = new Fixture();
    private final RingBuffer ring = (RingBuffer) fixture.map(MapType.RINGBUF, 0, 0, 4096, 0);
    private final List<String> records = new ArrayList<>();
    private final RingBufferReader.RecordHandler collect =
            (buffer, offset, length) -> records.add(length + ":" + (length >= 4 ? buffer.getInt(offset) : 0));

    @AfterEach
    void close() {
        fixture.close();
    }

    private int output(final int value, final int size, final long flags) {
        NativeMemory.putInt(fixture.memory.address(), value);
        return ring.output(fixture.memory.address(), size, flags);
    }

    @Test
    void deliversInTheOrderOfReservation() {
        final long first = ring.reserve(8, 0);
        final long second = ring.reserve(16, 0);
        NativeMemory.putInt(first, 1);
        NativeMemory.putInt(second, 2);
        final RingBufferReader reader = ring.openRingBuffer();
        ring.submit(second, 0);
        assertThat(reader.consume(collect, 10)).isZero();
        ring.submit(first, 0);
        assertThat(reader.consume(collect, 10)).isEqualTo(2);
        assertThat(records).containsExactly("8:1", "16:2");
    }

    @Test
    void laysRecordsOutAsTheKernel() {
        final long record = ring.reserve(13, 0);
        assertThat(NativeMemory.getInt(record - 8)).isEqualTo(13 | 1 << 31);
        ring.submit(record, 0);
        assertThat(NativeMemory.getInt(record - 8)).isEqualTo(13);
        final long next = ring.reserve(0, 0);
        assertThat(next - record).isEqualTo(24);
        ring.discard(next, 0);
        assertThat(NativeMemory.getInt(next - 8)).isEqualTo(1 << 30);
        assertThat(RingBuffer.ofRecord(fixture.table, record)).isSameAs(ring);
    }

    @Test
    void answersQueries() {
        output(1, 8, 0);
        output(2, 8, 0);
        assertThat(ring.query(0)).isEqualTo(32);
        assertThat(ring.query(1)).isEqualTo(4096);
        ring.openRingBuffer().consume(collect, 1);
        assertThat(ring.query(0)).isEqualTo(16);
        assertThat(ring.query(2)).isEqualTo(16);
        assertThat(ring.query(3)).isEqualTo(32);
        assertThat(ring.query(4)).isZero();
        assertThat(ring.entries()).isEqualTo(16);
    }

    @Test
    void skipsDiscardedRecords() {
        output(1, 4, 0);
        ring.discard(ring.reserve(100, 0), 0);
        output(3, 4, 0);
        try (RingBufferReader reader = ring.openRingBuffer()) {
            assertThat(reader.consume(collect, 2)).isEqualTo(2);
        }
        assertThat(records).containsExactly("4:1", "4:3");
        assertThat(ring.query(0)).isZero();
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThat(ring.reserve(8, 1)).isZero();
        assertThat(ring.reserve(4089, 0)).isZero();
        assertThat(ring.reserve(-1, 0)).isZero();
        assertThat(name(output(1, 8, 4))).isEqualTo("EINVAL");
        // As in the kernel, the ring is never quite full: 4095 of 4096 bytes.
        assertThat(ring.reserve(4088, 0)).isZero();
        for (int i = 0; i < 255; i++) {
            assertThat(output(i, 8, 0)).isZero();
        }
        assertThat(name(output(255, 8, 0))).isEqualTo("EAGAIN");
        final RingBufferReader reader = ring.openRingBuffer();
        reader.consume(collect, 1);
        assertThat(output(255, 8, 0)).isZero();
    }

    @Test
    void refusesToOverrunABusyRecordThatTheConsumerHasNotReached() {
        final long held = ring.reserve(2000, 0);
        assertThat(ring.reserve(2040, 0)).isNotZero();
        assertThat(ring.reserve(100, 0)).isZero();
        assertThat(ring.owns(held, 2000)).isTrue();
    }

    @Test
    void keepsARecordThatWrapsInOnePiece() {
        final RingBufferReader reader = ring.openRingBuffer();
        for (int lap = 0; lap < 100; lap++) {
            final long record = ring.reserve(1000, 0);
            for (int i = 0; i < 1000; i++) {
                NativeMemory.putByte(record + i, (byte) (lap + i));
            }
            ring.submit(record, 0);
            final int expected = lap;
            assertThat(reader.consume(
                            (buffer, offset, length) -> {
                                assertThat(length).isEqualTo(1000);
                                for (int i = 0; i < length; i++) {
                                    assertThat(buffer.getByte(offset + i)).isEqualTo((byte) (expected + i));
                                }
                            },
                            1))
                    .isEqualTo(1);
        }
    }

    @Test
    void ownsReservedRecordsOnly() {
        final long first = ring.reserve(16, 0);
        final long second = ring.reserve(16, 0);
        assertThat(ring.owns(first, 16)).isTrue();
        assertThat(ring.owns(second + 8, 8)).isTrue();
        assertThat(ring.owns(first + 8, 16)).isFalse();
        assertThat(ring.owns(first - 8, 8)).isFalse();
        assertThat(ring.owns(second + 24, 1)).isFalse();
        ring.submit(first, 0);
        assertThat(ring.owns(first, 16)).isFalse();
        assertThat(ring.owns(second, 16)).isTrue();
        ring.discard(second, 0);
        assertThat(ring.owns(second, 16)).isFalse();
    }

    @Test
    void countsARecordAsTakenWhenItsHandlerThrows() {
        output(1, 4, 0);
        output(2, 4, 0);
        final RingBufferReader reader = ring.openRingBuffer();
        assertThatThrownBy(() -> reader.consume(
                        (buffer, offset, length) -> {
                            throw new IllegalArgumentException("no");
                        },
                        10))
                .hasMessage("no");
        assertThat(reader.consume(collect, 10)).isEqualTo(1);
        assertThat(records).containsExactly("4:2");
    }

    @Test
    void hasOneReaderAtATime() {
        final RingBufferReader reader = ring.openRingBuffer();
        assertThatThrownBy(ring::openRingBuffer)
                .hasMessage("map open ring buffer failed: EBUSY, map=m (it has a reader: close that first)");
        reader.close();
        assertThatThrownBy(() -> reader.consume(collect, 1)).hasMessage("ring buffer reader is closed: map=m");
        output(1, 4, 0);
        assertThat(ring.openRingBuffer().consume(collect, 1)).isEqualTo(1);
    }

    @Test
    void refusesToOpenOtherMapsAsARing() {
        final BpfMap queue = fixture.map(MapType.QUEUE, 0, 4, 1, 0);
        assertThatThrownBy(queue::openRingBuffer).hasMessage("map open ring buffer failed: EINVAL, map=m (type=queue)");
        assertThatThrownBy(() -> queue.openPerfBuffer(4096))
                .hasMessage("map open perf buffer failed: EINVAL, map=m (type=queue)");
        assertThatThrownBy(queue::openUserRing).hasMessage("map open user ring failed: EINVAL, map=m (type=queue)");
    }

    @Test
    void answersKeyOperationsAsTheKernel() {
        assertThat(Fixture.lookup(fixture.map(MapType.RINGBUF, 0, 0, 4096, 0), 0))
                .isEqualTo("ENOTSUPP");
        final long memory = fixture.memory.address();
        assertThat(ring.lookup(memory, 0)).isZero();
        assertThat(name(ring.update(memory, memory, 0, 0))).isEqualTo("ENOTSUPP");
        assertThat(name(ring.delete(memory))).isEqualTo("ENOTSUPP");
        assertThat(name(ring.nextKey(0, memory))).isEqualTo("ENOTSUPP");
    }

    @Test
    void awaitEndsAtItsTimeOrWhenARecordIsThere() {
        final RingBufferReader reader = ring.openRingBuffer();
        assertThat(reader.await(1_000_000)).isFalse();
        output(1, 4, RingBuffer.NO_WAKEUP);
        assertThat(reader.await(0)).isTrue();
    }

    /** Would hang, or lose a wake-up for ten seconds, without the fence between position and header. */
    @Test
    void wakesASleepingReaderForEveryRecord() throws InterruptedException {
        final RingBufferReader reader = ring.openRingBuffer();
        final AtomicInteger received = new AtomicInteger();
        final int count = 3_000;
        final Thread consumer = Thread.ofPlatform().start(() -> {
            while (received.get() < count && reader.await(10_000_000_000L)) {
                reader.consume((buffer, offset, length) -> received.setRelease(buffer.getInt(offset)), 1);
            }
        });
        for (int i = 1; i <= count; i++) {
            output(i, 4, 0);
            while (received.getAcquire() != i && consumer.isAlive()) {
                Thread.onSpinWait();
            }
        }
        consumer.join();
        assertThat(received.get()).isEqualTo(count);
    }

    @Test
    void keepsEachProducersOrderUnderThreads() throws InterruptedException {
        final int count = 100_000;
        final List<Thread> producers = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            final int producer = t;
            producers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < count; ) {
                    final long record = ring.reserve(8 + i % 50, 0);
                    if (record != 0 && i % 7 == 3) {
                        ring.discard(record, 0);
                        i++;
                    } else if (record != 0) {
                        NativeMemory.putInt(record, producer);
                        NativeMemory.putInt(record + 4, i);
                        ring.submit(record, 0);
                        i++;
                    }
                }
            }));
        }
        final RingBufferReader reader = ring.openRingBuffer();
        final int[] last = {-1, -1};
        final int[] wrong = {0};
        int received = 0;
        final int expected = 2 * (count - (count - 3 + 6) / 7);
        while (received < expected && reader.await(10_000_000_000L)) {
            received += reader.consume(
                    (buffer, offset, length) -> {
                        final int producer = buffer.getInt(offset);
                        final int number = buffer.getInt(offset + 4);
                        if (number <= last[producer] || length != 8 + number % 50) {
                            wrong[0]++;
                        }
                        last[producer] = number;
                    },
                    64);
        }
        for (final Thread producer : producers) {
            producer.join();
        }
        assertThat(received).isEqualTo(expected);
        assertThat(wrong[0]).isZero();
    }
}
