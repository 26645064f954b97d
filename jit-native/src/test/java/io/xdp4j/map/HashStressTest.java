package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.sys.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several threads on one map: a value always belongs to its key, keys that stay are always found, nothing is lost. */
final class HashStressTest {

    private static final long DURATION_NS = 700_000_000;
    private static final int KEYS = 64;

    /** Never removed, always updated. */
    private static final int LASTING = 8;

    private static final int WORDS = 6;

    private final AtomicBoolean stop = new AtomicBoolean();

    /** A value says in every word whose it is, and which version it has. */
    private static void fill(final UnsafeBuffer value, final int key, final int version) {
        for (int i = 0; i < WORDS; i++) {
            value.putLong(8 * i, ((long) key << 32) | (version & 0xffff_ffffL));
        }
    }

    private static boolean whole(final UnsafeBuffer value, final int key) {
        final long first = value.getLong(0);
        boolean good = (int) (first >>> 32) == key;
        for (int i = 1; i < WORDS; i++) {
            good &= value.getLong(8 * i) == first;
        }
        return good;
    }

    private static UnsafeBuffer value() {
        return new UnsafeBuffer(new byte[8 * WORDS]);
    }

    private long write(final UserspaceMap map, final int seed) {
        final Random random = new Random(seed);
        final UnsafeBuffer value = value();
        long done = 0;
        while (!stop.get()) {
            final int key = random.nextInt(KEYS);
            fill(value, key, (int) done++);
            if (key < LASTING || random.nextInt(3) > 0) {
                map.update(Fixture.key(key), 0, value, 0, 0);
            } else {
                map.delete(Fixture.key(key), 0);
            }
        }
        return done;
    }

    private long read(final UserspaceMap map, final boolean lasting) {
        final UnsafeBuffer value = value();
        long done = 0;
        while (!stop.get()) {
            final int key = (int) (done++ % KEYS);
            final int error = map.lookup(Fixture.key(key), 0, value, 0);
            if (error == 0 ? !whole(value, key) : lasting && key < LASTING) {
                throw new AssertionError("key=" + key + ", error=" + error + ", value=" + value.getLong(0));
            }
        }
        return done;
    }

    private long iterate(final UserspaceMap map, final boolean lasting) {
        final UnsafeBuffer keys = new UnsafeBuffer(new byte[4 * 16]);
        final UnsafeBuffer values = new UnsafeBuffer(new byte[16 * 8 * WORDS]);
        final UnsafeBuffer value = value();
        long done = 0;
        while (!stop.get()) {
            final io.xdp4j.bpf.BpfMap.Cursor cursor = new io.xdp4j.bpf.BpfMap.Cursor();
            int seen = 0;
            int copied;
            while ((copied = map.lookupBatch(cursor, keys, values, 16)) > 0) {
                for (int i = 0; i < copied; i++) {
                    final int key = keys.getInt(4 * i);
                    value.putBytes(0, values, i * 8 * WORDS, 8 * WORDS);
                    if (!whole(value, key)) {
                        throw new AssertionError("batch: key=" + key + ", value=" + value.getLong(0));
                    }
                    seen |= key < LASTING ? 1 << key : 0;
                }
            }
            if (lasting && seen != (1 << LASTING) - 1) {
                throw new AssertionError("batch missed keys that were there: " + Integer.toBinaryString(seen));
            }
            done++;
        }
        return done;
    }

    private void run(final List<Callable<Long>> tasks) throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            final List<Future<Long>> running = new ArrayList<>();
            for (final Callable<Long> task : tasks) {
                running.add(threads.submit(task));
            }
            final long start = System.nanoTime();
            while (System.nanoTime() - start < DURATION_NS && running.stream().noneMatch(Future::isDone)) {
                Thread.sleep(10);
            }
            stop.set(true);
            for (final Future<Long> task : running) {
                assertThat(task.get()).isPositive();
            }
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({"HASH, 0, 64", "HASH, 1, 64", "HASH, 0, 40", "LRU_HASH, 0, 40", "LRU_HASH, 2, 40", "LRU_HASH, 0, 400"})
    void readersAlwaysSeeWholeValuesOfTheirKey(final MapType type, final int flags, final int maxEntries)
            throws Exception {
        try (UserspaceMap map = Fixture.newMap(MapSpec.of("stress", type, 4, 8 * WORDS, maxEntries, flags))) {
            final UnsafeBuffer value = value();
            final boolean lasting = type == MapType.HASH;
            for (int key = 0; key < LASTING; key++) {
                fill(value, key, 0);
                assertThat(map.update(Fixture.key(key), 0, value, 0, 0)).isZero();
            }
            run(List.of(
                    () -> write(map, 1), () -> write(map, 2), () -> read(map, lasting), () -> iterate(map, lasting)));
            int left = 0;
            for (int key = 0; key < KEYS; key++) {
                if (map.lookup(Fixture.key(key), 0, value, 0) == 0) {
                    assertThat(whole(value, key)).isTrue();
                    left++;
                }
            }
            assertThat(map.entries()).isEqualTo(left);
        }
    }

    /** Threads on keys of their own, through the programs' face: each finds what it wrote last. */
    private long own(final UserspaceMap map, final int thread, final Fixture.Native memory) {
        final long key = memory.address() + 64L * thread;
        final long value = key + 16;
        final int[] versions = new int[256];
        final Random random = new Random(thread);
        long done = 0;
        while (!stop.get()) {
            final int number = random.nextInt(versions.length);
            NativeMemory.putInt(key, number << 2 | thread);
            final long found = map.lookup(key, 0);
            if (found == 0 ? versions[number] != 0 : NativeMemory.getInt(found) != versions[number]) {
                throw new AssertionError("lost: number=" + number + ", version=" + versions[number]);
            }
            if (found != 0 && random.nextInt(4) == 0) {
                assertThat(map.delete(key) == 0).isTrue();
                versions[number] = 0;
            } else {
                versions[number] = (int) ++done;
                NativeMemory.putInt(value, versions[number]);
                assertThat(map.update(key, value, 0, thread) == 0).isTrue();
            }
        }
        for (int number = 0; number < versions.length; number++) {
            NativeMemory.putInt(key, number << 2 | thread);
            assertThat(map.lookup(key, 0) != 0).isEqualTo(versions[number] != 0);
            map.delete(key);
        }
        return done;
    }

    @ParameterizedTest
    @CsvSource({"HASH, 0", "HASH, 1", "LRU_HASH, 0"})
    void losesNoUpdateOfDifferentKeys(final MapType type, final int flags) throws Exception {
        final int maxEntries = type == MapType.HASH ? 1024 : 16_384;
        try (UserspaceMap map = Fixture.newMap(MapSpec.of("own", type, 4, 4, maxEntries, flags));
                Fixture.Native memory = Fixture.Native.of(new byte[256])) {
            run(List.of(
                    () -> own(map, 0, memory),
                    () -> own(map, 1, memory),
                    () -> own(map, 2, memory),
                    () -> own(map, 3, memory)));
            assertThat(map.entries()).isZero();
        }
    }

    private long insert(final UserspaceMap map, final int cpu, final Fixture.Native memory) {
        final long key = memory.address() + 64L * cpu;
        final Random random = new Random(cpu);
        long done = 0;
        while (!stop.get()) {
            NativeMemory.putInt(key, random.nextInt(1 << 16));
            NativeMemory.putInt(key + 16, NativeMemory.getInt(key));
            if (map.update(key, key + 16, 0, cpu) != 0) {
                throw new AssertionError("an LRU map refused an update");
            }
            if (random.nextInt(8) == 0) {
                map.delete(key);
            }
            map.lookup(key, cpu);
            done++;
        }
        return done;
    }

    @ParameterizedTest
    @CsvSource({"LRU_HASH, 0, 1000", "LRU_HASH, 2, 1000", "LRU_PERCPU_HASH, 0, 100", "LRU_PERCPU_HASH, 2, 64"})
    void anLruMapTakesEveryUpdateAndKeepsItsCount(final MapType type, final int flags, final int maxEntries)
            throws Exception {
        try (UserspaceMap map = Fixture.newMap(MapSpec.of("lru", type, 4, 4, maxEntries, flags));
                Fixture.Native memory = Fixture.Native.of(new byte[256])) {
            run(List.of(
                    () -> insert(map, 0, memory),
                    () -> insert(map, 1, memory),
                    () -> insert(map, 2, memory),
                    () -> insert(map, 3, memory)));
            final int found = map.typed(io.xdp4j.bpf.Codecs.U32, io.xdp4j.bpf.Codecs.bytes(map.valueLength()))
                    .snapshot()
                    .size();
            assertThat(map.entries()).isEqualTo(found).isLessThanOrEqualTo(maxEntries);
        }
    }

    @Test
    void countsWhatFitsWhenThreadsFillAMapTogether() throws Exception {
        try (UserspaceMap map = Fixture.newMap(MapSpec.of("fill", MapType.HASH, 4, 8, 10_000, MapSpec.NO_PREALLOC));
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            final List<Callable<Long>> tasks = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                final int first = thread * 4000;
                tasks.add(() -> {
                    long stored = 0;
                    for (int i = 0; i < 4000; i++) {
                        stored += Fixture.update(map, first + i, 1, i, 0).equals("OK") ? 1 : 0;
                    }
                    return stored;
                });
            }
            long stored = 0;
            for (final Future<Long> task : threads.invokeAll(tasks)) {
                stored += task.get();
            }
            assertThat(stored).isEqualTo(10_000);
            assertThat(map.entries()).isEqualTo(10_000);
        }
    }
}
