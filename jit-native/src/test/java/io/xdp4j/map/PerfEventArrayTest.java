package io.xdp4j.map;

import static io.xdp4j.map.Fixture.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.PerfReader;
import io.xdp4j.sys.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerfEventArrayTest {

    private static final long CURRENT = 0xffff_ffffL;

    private final Fixture fixture = new Fixture();
    private final PerfEventArray map = (PerfEventArray) fixture.map(MapType.PERF_EVENT_ARRAY, 4, 4, 8, 0);
    private final List<String> events = new ArrayList<>();
    private final PerfReader.RecordHandler collect = new PerfReader.RecordHandler() {
        @Override
        public void onRecord(final int cpu, final DirectBuffer buffer, final int offset, final int length) {
            final StringBuilder text = new StringBuilder(cpu + ":");
            for (int i = 0; i < length; i++) {
                text.append(' ').append(buffer.getByte(offset + i));
            }
            events.add(text.toString());
        }

        @Override
        public void onLost(final int cpu, final long count) {
            events.add(cpu + " lost " + count);
        }
    };

    @AfterEach
    void close() {
        fixture.close();
    }

    private int output(final long flags, final int cpu, final int size, final int packetLength) {
        final long data = fixture.memory.address();
        for (int i = 0; i < 16; i++) {
            NativeMemory.putByte(data + i, (byte) (i + 1));
            NativeMemory.putByte(data + 100 + i, (byte) (i + 51));
        }
        return map.output(flags, cpu, data, size, data + 100, packetLength);
    }

    @Test
    void paddedAsPerfDoes() {
        final PerfReader reader = map.openPerfBuffer(4096);
        assertThat(output(CURRENT, 2, 3, 2)).isZero();
        assertThat(output(2, 2, 4, 0)).isZero();
        assertThat(output(CURRENT, 0, 5, 0)).isZero();
        assertThat(reader.consume(collect, 10)).isEqualTo(3);
        assertThat(events).containsExactly("0: 1 2 3 4 5 0 0 0 0 0 0 0", "2: 1 2 3 51 52 0 0 0 0 0 0 0", "2: 1 2 3 4");
    }

    /** The reader is open; four CPUs, eight entries. */
    @ParameterizedTest
    @CsvSource({
        "4294967295, 1, 8, OK",
        "1, 1, 8, OK",
        "1, 2, 8, EOPNOTSUPP",
        "8, 1, 8, E2BIG",
        "5, 1, 8, ENOENT",
        "4294967295, 1, 70000, E2BIG"
    })
    void answersAsTheKernel(final long flags, final int cpu, final int size, final String answer) {
        map.openPerfBuffer(1 << 17);
        assertThat(name(map.output(flags, cpu, fixture.memory.address(), size, 0, 0)))
                .isEqualTo(answer);
    }

    @Test
    void hasNoSlotsUntilSomebodyReads() {
        assertThat(name(output(CURRENT, 0, 4, 0))).isEqualTo("ENOENT");
        assertThat(map.entries()).isZero();
        final PerfReader reader = map.openPerfBuffer(4096);
        assertThat(map.entries()).isEqualTo(4);
        assertThat(output(CURRENT, 0, 4, 0)).isZero();
        assertThat(Fixture.delete(map, 0)).isEqualTo("OK");
        assertThat(Fixture.delete(map, 0)).isEqualTo("ENOENT");
        assertThat(Fixture.delete(map, 8)).isEqualTo("E2BIG");
        assertThat(name(output(CURRENT, 0, 4, 0))).isEqualTo("ENOENT");
        reader.close();
        assertThat(name(output(CURRENT, 1, 4, 0))).isEqualTo("ENOENT");
    }

    @Test
    void countsLosses() {
        final PerfReader reader = map.openPerfBuffer(4096);
        int lost = 0;
        for (int i = 0; i < 300; i++) {
            if (name(output(CURRENT, 1, 4, 0)).equals("ENOSPC")) {
                lost++;
            }
        }
        assertThat(lost).isEqualTo(45);
        assertThat(reader.lost()).isEqualTo(45);
        assertThat(reader.consume(collect, 1000)).isEqualTo(255);
        assertThat(events.getLast()).isEqualTo("1 lost 45");
        assertThat(output(CURRENT, 1, 4, 0)).isZero();
    }

    @Test
    void startsAfreshForTheNextReader() {
        final PerfReader first = map.openPerfBuffer(4096);
        output(CURRENT, 1, 4, 0);
        assertThatThrownBy(() -> map.openPerfBuffer(4096))
                .hasMessage("map open perf buffer failed: EBUSY, map=m (it has a reader: close that first)");
        first.close();
        assertThatThrownBy(() -> first.consume(collect, 1)).hasMessage("perf buffer reader is closed: map=m");
        final PerfReader second = map.openPerfBuffer(4096);
        assertThat(second.await(1000)).isFalse();
        output(CURRENT, 3, 4, 0);
        assertThat(second.await(1000)).isTrue();
        assertThat(second.consume(collect, 10)).isEqualTo(1);
        assertThat(events).containsExactly("3: 1 2 3 4");
        assertThatThrownBy(() -> map.openPerfBuffer(5000))
                .hasMessage("map open perf buffer failed: EINVAL, map=m (bytesPerCpu=5000, must be a power of two of at"
                        + " least 4096)");
    }

    @Test
    void takesNoDescriptorsFromJava() {
        assertThat(Fixture.update(map, 1, BpfMap.ANY, 3)).isEqualTo("EBADF");
        assertThat(Fixture.update(map, 1, BpfMap.EXIST, 3)).isEqualTo("EINVAL");
        assertThat(Fixture.update(map, 8, BpfMap.ANY, 3)).isEqualTo("E2BIG");
        assertThat(Fixture.lookup(map, 1)).isEqualTo("ENOTSUPP");
        assertThat(Fixture.nextKey(map, 6)).isEqualTo("7");
        assertThat(Fixture.nextKey(map, 7)).isEqualTo("ENOENT");
    }

    @Test
    void getsAnEntryForEachCpuIfItAsksForNone() {
        final UserspaceMap auto = fixture.map(MapType.PERF_EVENT_ARRAY, 4, 4, 0, 0);
        assertThat(Fixture.nextKey(auto, 2)).isEqualTo("3");
        assertThat(Fixture.nextKey(auto, 3)).isEqualTo("ENOENT");
    }
}
