package io.xdp4j.map;

import static io.xdp4j.map.Fixture.name;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Codecs;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.TypedMap;
import io.xdp4j.sys.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueMapTest {

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private String push(final BpfMap map, final int value, final long flags) {
        return name(map.push(Fixture.key(value), 0, flags));
    }

    private String take(final BpfMap map, final boolean remove) {
        final UnsafeBuffer value = Fixture.key(-1);
        final int error = remove ? map.lookupAndDelete(value, 0, value, 0) : map.peek(value, 0);
        return error == 0 ? Integer.toString(value.getInt(0)) : name(error);
    }

    @ParameterizedTest
    @CsvSource({"QUEUE, 1, 2, 3", "STACK, 3, 2, 1"})
    void takesInItsOrder(final MapType type, final String first, final String second, final String third) {
        final BpfMap map = fixture.map(type, 0, 4, 3, 0);
        for (int value = 1; value <= 3; value++) {
            assertThat(push(map, value, BpfMap.ANY)).isEqualTo("OK");
        }
        assertThat(map.entries()).isEqualTo(3);
        assertThat(take(map, false)).isEqualTo(first);
        assertThat(take(map, true)).isEqualTo(first);
        assertThat(take(map, true)).isEqualTo(second);
        assertThat(take(map, true)).isEqualTo(third);
        assertThat(take(map, true)).isEqualTo("ENOENT");
        assertThat(take(map, false)).isEqualTo("ENOENT");
        assertThat(map.entries()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"QUEUE, 2, 3", "STACK, 3, 2"})
    void dropsTheOldestWhenFullAndTold(final MapType type, final String first, final String second) {
        final BpfMap map = fixture.map(type, 0, 4, 2, 0);
        push(map, 1, BpfMap.ANY);
        push(map, 2, BpfMap.EXIST);
        assertThat(push(map, 3, BpfMap.ANY)).isEqualTo("E2BIG");
        assertThat(push(map, 3, BpfMap.EXIST)).isEqualTo("OK");
        assertThat(take(map, true)).isEqualTo(first);
        assertThat(take(map, true)).isEqualTo(second);
        assertThat(take(map, true)).isEqualTo("ENOENT");
    }

    @ParameterizedTest
    @CsvSource({"0, OK", "1, EINVAL", "2, OK", "3, EINVAL", "4, EINVAL", "-1, EINVAL"})
    void knowsThePushFlags(final long flags, final String answer) {
        assertThat(push(fixture.map(MapType.QUEUE, 0, 4, 2, 0), 1, flags)).isEqualTo(answer);
    }

    @Test
    void answersKeyOperationsAsTheKernel() {
        final UserspaceMap map = fixture.map(MapType.QUEUE, 0, 4, 2, 0);
        final long memory = fixture.memory.address();
        assertThat(map.lookup(memory, 0)).isZero();
        assertThat(name(map.update(memory, memory, 0, 0))).isEqualTo("EINVAL");
        assertThat(name(map.delete(memory))).isEqualTo("EINVAL");
        assertThat(name(map.nextKey(0, memory))).isEqualTo("EINVAL");
        // From Java an update pushes and a look-up peeks, as bpf(2) does.
        assertThat(Fixture.update(map, 0, BpfMap.ANY, 7)).isEqualTo("OK");
        assertThat(Fixture.lookup(map, 0)).isEqualTo("7");
    }

    @Test
    void zeroesTheValueWhenEmpty() {
        final UserspaceMap map = fixture.map(MapType.STACK, 0, 8, 2, 0);
        NativeMemory.putLong(fixture.memory.address(), -1);
        assertThat(name(map.pop(fixture.memory.address()))).isEqualTo("ENOENT");
        assertThat(NativeMemory.getLong(fixture.memory.address())).isZero();
    }

    @Test
    void hasATypedView() {
        final TypedMap<byte[], Integer> typed =
                fixture.map(MapType.QUEUE, 0, 4, 2, 0).typed(Codecs.bytes(0), Codecs.U32);
        typed.push(5);
        assertThat(typed.pop()).isEqualTo(5);
        assertThat(typed.pop()).isNull();
    }

    @Test
    void losesAndRepeatsNothingUnderThreads() throws InterruptedException {
        final UserspaceMap map = fixture.map(MapType.QUEUE, 0, 8, 64, 0);
        final int count = 100_000;
        final AtomicLong sum = new AtomicLong();
        final AtomicLong taken = new AtomicLong();
        final List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            final long scratch = fixture.memory.address() + t * 64L;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 1; i <= count; ) {
                    NativeMemory.putLong(scratch, i);
                    if (map.push(scratch, 0) == 0) {
                        i++;
                    } else if (map.pop(scratch) == 0) {
                        sum.addAndGet(NativeMemory.getLong(scratch));
                        taken.incrementAndGet();
                    }
                }
            }));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        while (map.pop(fixture.memory.address()) == 0) {
            sum.addAndGet(NativeMemory.getLong(fixture.memory.address()));
            taken.incrementAndGet();
        }
        assertThat(taken.get()).isEqualTo(2L * count);
        assertThat(sum.get()).isEqualTo((long) count * (count + 1));
    }
}
