package io.xdp4j.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.RingBufferReader;
import io.xdp4j.bpf.insn.Opcode;
import io.xdp4j.map.RingBuffer;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.sys.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExecutionTest {

    private final HelperFixture fixture = new HelperFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private Execution second() {
        return new Execution(0, fixture.execution().environment());
    }

    @Test
    void letsGoOfAReservedRecordWhenItIsClosed() {
        final RingBuffer ring = (RingBuffer) fixture.map(MapType.RINGBUF, 0, 0, 4096);
        try (Execution given = second()) {
            assertThat(given.holdRecord(ring, ring.reserve(8, 0))).isTrue();
        }
        try (RingBufferReader reader = ring.openRingBuffer()) {
            assertThat(reader.consume((buffer, offset, length) -> {}, 10)).isZero();
            assertThat(reader.available()).isZero();
        }
    }

    @Test
    void letsGoOfALockWhenItIsClosed() {
        final UserspaceMap map = fixture.map(MapType.ARRAY, 4, 8, 1);
        final long lock = map.lookup(fixture.words(0), 0);
        try (Execution given = second()) {
            NativeMemory.putInt(lock, 1);
            given.heldLock(lock);
        }
        assertThat(NativeMemory.getInt(lock)).isZero();
    }

    @Test
    void leavesALockAloneWhoseMapIsGone() {
        final UserspaceMap map = fixture.map(MapType.ARRAY, 4, 8, 1);
        try (Execution given = second()) {
            given.heldLock(map.lookup(fixture.words(0), 0));
            map.close();
            given.end();
            assertThat(given.heldLock()).isZero();
        }
    }

    @Test
    void forgetsTheEgressInterfaceAtTheEndOfTheRun() {
        final Execution execution = fixture.packet(60).execution();
        execution.egressIfindex(7);
        assertThat(execution.loadContext(execution.context() + 20, 4)).isEqualTo(7);
        execution.end();
        fixture.again();
        assertThat(execution.loadContext(execution.context() + 20, 4)).isZero();
    }

    @Test
    void refusesToExtendTheSignOfAContextField() {
        final Execution execution = fixture.packet(60).execution();
        final Memory memory = new Memory(execution);
        final int signed = Opcode.CLASS_LDX | Opcode.MODE_MEMSX;
        assertThat(memory.load(signed, execution.context())).isZero();
        assertThat(fixture.fault()).isEqualTo("context field read with sign extension (read it unsigned)");
    }

    @Test
    void findsTheMapOfAnAddressAmongManyAndNoneOnceItIsClosed() {
        final UserspaceMap[] maps = new UserspaceMap[100];
        for (int i = 0; i < maps.length; i++) {
            maps[i] = fixture.map(MapType.ARRAY, 4, 8, 2);
        }
        final MapOwners owners = new MapOwners(fixture.execution().environment().maps());
        for (int round = 0; round < 2; round++) {
            for (final UserspaceMap map : maps) {
                final long value = map.lookup(fixture.words(1), 0);
                assertThat(owners.of(value, 8)).isSameAs(map);
                assertThat(owners.of(value, 9)).isNull();
                assertThat(owners.of(value, -1)).isNull();
                assertThat(owners.of(value, 1L << 32)).isNull();
            }
        }
        final long former = maps[50].lookup(fixture.words(0), 0);
        assertThat(owners.of(former, 8)).isSameAs(maps[50]);
        maps[50].close();
        assertThat(owners.of(former, 8)).isNull();
        final UserspaceMap later = fixture.map(MapType.ARRAY, 4, 8, 2);
        assertThat(owners.of(later.lookup(fixture.words(0), 0), 8)).isSameAs(later);
    }
}
