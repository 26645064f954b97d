package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.sys.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LruMapTest {

    private static final int HOT = 200;

    private final Fixture fixture = new Fixture();
    private final long key = fixture.memory.address();
    private final long value = fixture.memory.address() + 64;

    @AfterEach
    void close() {
        fixture.close();
    }

    private int put(final UserspaceMap map, final int number, final int cpu) {
        NativeMemory.putInt(key, number);
        NativeMemory.putLong(value, ~(long) number);
        return map.update(key, value, 0, cpu);
    }

    private boolean use(final UserspaceMap map, final int number, final int cpu) {
        NativeMemory.putInt(key, number);
        final long found = map.lookup(key, cpu);
        if (found != 0 && cpu == 0) {
            assertThat(NativeMemory.getLong(found)).isEqualTo(~(long) number);
        }
        return found != 0;
    }

    @ParameterizedTest
    @CsvSource({"LRU_HASH, 0", "LRU_HASH, 2", "LRU_PERCPU_HASH, 0", "LRU_PERCPU_HASH, 2"})
    void keepsWhatIsUsedWhileAScanLargerThanTheMapPassesThrough(final MapType type, final int flags) {
        final UserspaceMap map = fixture.map(type, 4, 8, 4000, flags);
        for (int i = 0; i < HOT; i++) {
            assertThat(put(map, i, 0)).isZero();
        }
        for (int i = 0; i < 40_000; i++) {
            assertThat(put(map, 1_000_000 + i, 0)).isZero();
            use(map, i % HOT, 0);
        }
        int hot = 0;
        for (int i = 0; i < HOT; i++) {
            hot += use(map, i, 0) ? 1 : 0;
        }
        assertThat(hot).isEqualTo(HOT);
        int late = 0;
        for (int i = 39_900; i < 40_000; i++) {
            late += use(map, 1_000_000 + i, 0) ? 1 : 0;
        }
        assertThat(late).isEqualTo(100);
        int early = 0;
        for (int i = 0; i < 30_000; i++) {
            early += use(map, 1_000_000 + i, 0) ? 1 : 0;
        }
        assertThat(early).isLessThan(300);
        assertThat(map.entries()).isLessThanOrEqualTo(4000);
    }

    @Test
    void evictsTheOldestOfEntriesThatNobodyUses() {
        final UserspaceMap map = fixture.map(MapType.LRU_HASH, 4, 8, 1024, 0);
        for (int i = 0; i < 10_240; i++) {
            assertThat(put(map, i, 0)).isZero();
        }
        for (int i = 0; i < 9000; i++) {
            assertThat(use(map, i, 0)).isFalse();
        }
        for (int i = 10_240 - 768; i < 10_240; i++) {
            assertThat(use(map, i, 0)).isTrue();
        }
    }

    @Test
    void takesFromOtherCpusWhatASmallMapHasNotLeft() {
        final UserspaceMap map = fixture.map(MapType.LRU_HASH, 4, 8, 4, 0);
        for (int i = 0; i < 1000; i++) {
            assertThat(put(map, i, i % Fixture.CPUS)).isZero();
            assertThat(use(map, i, 0)).isTrue();
        }
        assertThat(map.entries()).isBetween(1L, 4L);
    }

    @Test
    void roundsUpToAShareForEveryCpuWithListsOfTheirOwn() {
        final UserspaceMap map = fixture.map(MapType.LRU_HASH, 4, 8, 1, MapSpec.NO_COMMON_LRU);
        for (int cpu = 0; cpu < Fixture.CPUS; cpu++) {
            assertThat(put(map, cpu, cpu)).isZero();
        }
        assertThat(map.entries()).isEqualTo(Fixture.CPUS);
        assertThat(put(map, 100, 2)).isZero();
        assertThat(use(map, 2, 0)).isFalse();
        assertThat(use(map, 1, 0)).isTrue();
    }

    @Test
    void doesNotTakeALookUpFromJavaForUse() {
        final UserspaceMap map = fixture.map(MapType.LRU_HASH, 4, 8, 1024, 0);
        put(map, -1, 0);
        for (int i = 0; i < 4096; i++) {
            put(map, i, 0);
            Fixture.lookup(map, -1);
        }
        assertThat(Fixture.lookup(map, -1)).isEqualTo("ENOENT");
    }

    @Test
    void givesDeletedEntriesBack() {
        final UserspaceMap map = fixture.map(MapType.LRU_HASH, 4, 8, 100, 0);
        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < 50; i++) {
                assertThat(put(map, round * 50 + i, i % Fixture.CPUS)).isZero();
            }
            for (int i = 0; i < 50; i++) {
                assertThat(Fixture.delete(map, round * 50 + i)).isEqualTo("OK");
            }
            assertThat(map.entries()).isZero();
        }
    }
}
