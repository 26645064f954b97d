package io.xdp4j.map;

import static io.xdp4j.map.Fixture.delete;
import static io.xdp4j.map.Fixture.lookup;
import static io.xdp4j.map.Fixture.nextKey;
import static io.xdp4j.map.Fixture.update;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.sys.NativeMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectMapTest {

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private RedirectMap map(final MapType type, final int valueSize, final int maxEntries) {
        return (RedirectMap) fixture.map(type, 4, valueSize, maxEntries, 0);
    }

    /** Key 1 is there, with value 7. */
    @ParameterizedTest
    @CsvSource(textBlock = """
        # type     , key, flags, value, answer
        DEVMAP     ,  1 , 0    , 9    , OK
        DEVMAP     ,  2 , 0    , 9    , OK
        DEVMAP     ,  1 , 1    , 9    , EEXIST
        DEVMAP     ,  2 , 1    , 9    , EEXIST
        DEVMAP     ,  2 , 2    , 9    , OK
        DEVMAP     ,  1 , 3    , 9    , EINVAL
        DEVMAP     ,  1 , -1   , 9    , EINVAL
        DEVMAP     ,  4 , 0    , 9    , E2BIG
        DEVMAP     , -1 , 0    , 9    , E2BIG
        DEVMAP     ,  1 , 0    , 0    , OK
        DEVMAP     ,  1 , 0    , -9   , EINVAL
        DEVMAP_HASH,  1 , 0    , 9    , OK
        DEVMAP_HASH,  99, 0    , 9    , OK
        DEVMAP_HASH,  1 , 1    , 9    , EEXIST
        DEVMAP_HASH,  99, 1    , 9    , OK
        DEVMAP_HASH,  99, 2    , 9    , OK
        DEVMAP_HASH,  1 , 3    , 9    , EINVAL
        DEVMAP_HASH,  1 , 0    , 0    , EINVAL
        CPUMAP     ,  1 , 0    , 9    , OK
        CPUMAP     ,  2 , 2    , 9    , OK
        CPUMAP     ,  1 , 1    , 9    , EEXIST
        CPUMAP     ,  1 , 3    , 9    , EINVAL
        CPUMAP     ,  8 , 0    , 9    , E2BIG
        CPUMAP     ,  4 , 0    , 9    , ENODEV
        CPUMAP     ,  1 , 0    , 16384, OK
        CPUMAP     ,  1 , 0    , 16385, EOVERFLOW
        CPUMAP     ,  1 , 0    , 0    , OK
        XSKMAP     ,  1 , 0    , 9    , OK
        XSKMAP     ,  1 , 1    , 9    , EEXIST
        XSKMAP     ,  1 , 1    , 7    , OK
        XSKMAP     ,  2 , 1    , 0    , OK
        XSKMAP     ,  1 , 2    , 9    , OK
        XSKMAP     ,  2 , 2    , 9    , ENOENT
        XSKMAP     ,  1 , 3    , 9    , EINVAL
        XSKMAP     ,  8 , 0    , 9    , E2BIG
        XSKMAP     ,  1 , 0    , -1   , EBADF
        """)
    void answersUpdatesAsTheKernel(
            final MapType type, final int key, final long flags, final int value, final String answer) {
        final RedirectMap map = map(type, 4, type == MapType.DEVMAP ? 4 : 8);
        assertThat(update(map, 1, BpfMap.ANY, 7)).isEqualTo("OK");
        assertThat(update(map, key, flags, value)).isEqualTo(answer);
        if (answer.equals("OK") && value != 0) {
            assertThat(RedirectMap.target(map.entry(key))).isEqualTo(value);
        } else if (!answer.equals("OK")) {
            assertThat(RedirectMap.target(map.entry(1))).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DEVMAP, 1, OK", "DEVMAP, 2, OK", "DEVMAP, 4, EINVAL", "DEVMAP_HASH, 1, OK", "DEVMAP_HASH, 2, ENOENT",
        "CPUMAP, 1, OK", "CPUMAP, 2, OK", "CPUMAP, 4, EINVAL", "XSKMAP, 1, OK", "XSKMAP, 4, EINVAL"
    })
    void answersDeletesAsTheKernel(final MapType type, final int key, final String answer) {
        final RedirectMap map = map(type, 4, 4);
        update(map, 1, BpfMap.ANY, 7);
        assertThat(delete(map, key)).isEqualTo(answer);
        assertThat(map.entry(1) == 0).isEqualTo(key == 1);
        assertThat(map.entries()).isEqualTo(key == 1 ? 0 : 1);
    }

    /** Key 1 is there; key 2 is not. */
    @ParameterizedTest
    @CsvSource(textBlock = """
        DEVMAP     , 1, 0 , REDIRECT
        DEVMAP     , 1, 2 , REDIRECT
        DEVMAP     , 2, 0 , ABORTED
        DEVMAP     , 2, 1 , DROP
        DEVMAP     , 2, 2 , PASS
        DEVMAP     , 2, 3 , TX
        DEVMAP     , 9, 2 , PASS
        DEVMAP     , -1, 2, PASS
        DEVMAP     , 2, 8 , REDIRECT
        DEVMAP     , 2, 24, REDIRECT
        DEVMAP     , 1, 16, REDIRECT
        DEVMAP     , 2, 18, PASS
        DEVMAP     , 1, 4 , ABORTED
        DEVMAP     , 1, 32, ABORTED
        DEVMAP     , 1, -1, ABORTED
        DEVMAP_HASH, 1, 0 , REDIRECT
        DEVMAP_HASH, 2, 3 , TX
        DEVMAP_HASH, 2, 8 , REDIRECT
        CPUMAP     , 1, 0 , REDIRECT
        CPUMAP     , 2, 2 , PASS
        CPUMAP     , 1, 8 , ABORTED
        XSKMAP     , 1, 0 , REDIRECT
        XSKMAP     , 2, 2 , PASS
        XSKMAP     , 1, 16, ABORTED
        """)
    void redirectsAsTheKernel(final MapType type, final int key, final long flags, final Verdict verdict) {
        final RedirectMap map = map(type, 4, 4);
        update(map, 1, BpfMap.ANY, 7);
        assertThat(Verdict.of(map.redirect(key, flags))).isEqualTo(verdict);
    }

    @Test
    void readsBackWhatTheKernelWould() {
        final RedirectMap devices = map(MapType.DEVMAP, 4, 4);
        update(devices, 1, BpfMap.ANY, 7);
        assertThat(lookup(devices, 1)).isEqualTo("7");
        assertThat(lookup(devices, 2)).isEqualTo("ENOENT");
        final RedirectMap sockets = map(MapType.XSKMAP, 4, 4);
        update(sockets, 1, BpfMap.ANY, 0);
        assertThat(lookup(sockets, 1)).isEqualTo("EOPNOTSUPP");
        NativeMemory.putInt(fixture.memory.address(), 1);
        final long slot = sockets.lookup(fixture.memory.address(), 0);
        assertThat(NativeMemory.getInt(slot)).isZero();
        assertThat(sockets.owns(slot, 4)).isTrue();
        assertThat(sockets.owns(slot + 1, 4)).isFalse();
        assertThat(sockets.owns(slot, 8)).isFalse();
        NativeMemory.putInt(fixture.memory.address(), 2);
        assertThat(sockets.lookup(fixture.memory.address(), 0)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"DEVMAP", "DEVMAP_HASH", "CPUMAP"})
    void keepsProgramsWithEntries(final MapType type) {
        final RedirectMap map = map(type, 8, 4);
        final var program = fixture.program(33);
        assertThat(update(map, 1, BpfMap.ANY, 7, 33)).isEqualTo("OK");
        assertThat(update(map, 2, BpfMap.ANY, 7, 34)).isEqualTo("EINVAL");
        assertThat(update(map, 3, BpfMap.ANY, 7, -1)).isEqualTo("OK");
        assertThat(lookup(map, 1)).isEqualTo("7 33");
        assertThat(lookup(map, 3)).isEqualTo("7 0");
        assertThat(map.program(map.entry(1))).isSameAs(program);
        assertThat(map.program(map.entry(3))).isNull();
        fixture.programs.clear();
        assertThat(map.program(map.entry(1))).isNull();
    }

    @Test
    void refusesAProgramWithoutAnInterface() {
        final RedirectMap map = map(MapType.DEVMAP, 8, 4);
        fixture.program(33);
        assertThat(update(map, 1, BpfMap.ANY, 0, 33)).isEqualTo("EINVAL");
        assertThat(update(map, 1, BpfMap.ANY, 0, -1)).isEqualTo("OK");
    }

    @Test
    void walksIndexesAsArraysDo() {
        final RedirectMap map = map(MapType.DEVMAP, 4, 3);
        assertThat(nextKey(map, null)).isEqualTo("0");
        assertThat(nextKey(map, 0)).isEqualTo("1");
        assertThat(nextKey(map, 1)).isEqualTo("2");
        assertThat(nextKey(map, 2)).isEqualTo("ENOENT");
        assertThat(nextKey(map, 17)).isEqualTo("0");
    }

    @Test
    void refusesMoreKeysThanTheHashHolds() {
        final RedirectMap map = map(MapType.DEVMAP_HASH, 4, 2);
        assertThat(update(map, 1, BpfMap.ANY, 7)).isEqualTo("OK");
        assertThat(update(map, 2, BpfMap.ANY, 7)).isEqualTo("OK");
        assertThat(update(map, 3, BpfMap.ANY, 7)).isEqualTo("E2BIG");
        assertThat(update(map, 2, BpfMap.ANY, 8)).isEqualTo("OK");
        assertThat(delete(map, 1)).isEqualTo("OK");
        assertThat(update(map, 3, BpfMap.ANY, 9)).isEqualTo("OK");
        final List<Integer> targets = new ArrayList<>();
        for (int position = 0; position < map.positions(); position++) {
            targets.add(RedirectMap.target(map.entryAt(position)));
        }
        assertThat(targets).containsExactlyInAnyOrder(8, 9);
    }

    @Test
    void keepsARemovedNodeForTheProgramThatFoundIt() {
        final RedirectMap map = map(MapType.DEVMAP_HASH, 4, 1);
        try (Grace.Reader worker = fixture.table.grace().reader()) {
            worker.enter();
            update(map, 1, BpfMap.ANY, 7);
            NativeMemory.putInt(fixture.memory.address(), 1);
            final long held = map.lookup(fixture.memory.address(), 0);
            int refused = 0;
            for (int i = 0; i < 100; i++) {
                delete(map, 1);
                refused += update(map, 1, BpfMap.ANY, 9).equals("ENOMEM") ? 1 : 0;
            }
            assertThat(NativeMemory.getInt(held)).isZero();
            assertThat(refused).isEqualTo(100 - 64);
        }
        assertThat(update(map, 1, BpfMap.ANY, 9)).isEqualTo("OK");
    }

    @Test
    void agreesWithAHashMapOverRandomChanges() {
        final RedirectMap map = map(MapType.DEVMAP_HASH, 4, 50);
        final Map<Integer, Integer> model = new HashMap<>();
        final Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            final int key = random.nextInt(90);
            if (random.nextBoolean()) {
                final String answer = model.size() == 50 && !model.containsKey(key) ? "E2BIG" : "OK";
                assertThat(update(map, key, BpfMap.ANY, i + 1)).isEqualTo(answer);
                if (answer.equals("OK")) {
                    model.put(key, i + 1);
                }
            } else {
                assertThat(delete(map, key)).isEqualTo(model.remove(key) == null ? "ENOENT" : "OK");
            }
            assertThat(RedirectMap.target(map.entry(key))).isEqualTo(model.getOrDefault(key, 0));
        }
        final List<Integer> walked = new ArrayList<>();
        for (String key = nextKey(map, null); !key.equals("ENOENT"); key = nextKey(map, Integer.valueOf(key))) {
            walked.add(Integer.valueOf(key));
        }
        assertThat(walked).containsExactlyInAnyOrderElementsOf(model.keySet());
        assertThat(map.entries()).isEqualTo(model.size());
    }

    @Test
    void findsAKeyThatStaysWhileItsNeighboursCome() throws InterruptedException {
        final RedirectMap map = map(MapType.DEVMAP_HASH, 4, 8);
        update(map, 8, BpfMap.ANY, 1000);
        final AtomicBoolean stop = new AtomicBoolean();
        final Thread writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; !stop.get(); i++) {
                // Same bucket as key 8, so that the chain around it changes all the time.
                update(map, (i % 5 + 2) * 8, BpfMap.ANY, i % 100 + 1);
                delete(map, ((i + 2) % 5 + 2) * 8);
            }
        });
        int wrong = 0;
        for (int i = 0; i < 2_000_000; i++) {
            if (RedirectMap.target(map.entry(8)) != 1000) {
                wrong++;
            }
        }
        stop.set(true);
        writer.join();
        assertThat(wrong).isZero();
    }
}
