package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.sys.NativeMemory;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MapMemoryTest {

    private static final int CPUS = 4;
    private static final MapContext CONTEXT = new MapContext(CPUS, new MapTable(), id -> null, false);

    /** Builds the part with every limit from nothing up, in steps, until it fits; answers how often it was refused. */
    private static int refusals(final MapSpec spec, final Function<MapMemory, Object> part) {
        int refusals = 0;
        while (true) {
            final MapMemory memory = new MapMemory(spec, refusals * 256L);
            try {
                memory.build(() -> part.apply(memory));
                assertThat(memory.length()).isPositive();
                memory.close();
                return refusals;
            } catch (final MapException refused) {
                assertThat(refused).hasMessageContaining("ENOMEM");
                assertThat(memory.length()).isZero();
                refusals++;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HASH", "PERCPU_HASH", "LRU_HASH", "LRU_PERCPU_HASH"})
    void givesEverythingBackWhereverAHashTableIsRefused(final MapType type) {
        final boolean lru = type == MapType.LRU_HASH || type == MapType.LRU_PERCPU_HASH;
        final MapSpec spec = MapSpec.of("m", type, 4, 8, 64);
        assertThat(refusals(spec, memory -> new HashTable(memory, ValueShape.of(spec), lru, CONTEXT)))
                .isGreaterThan(10);
    }

    @Test
    void givesEverythingBackWhereverATrieIsRefused() {
        final MapSpec spec = MapSpec.of("m", MapType.LPM_TRIE, 8, 8, 64, MapSpec.NO_PREALLOC);
        assertThat(refusals(
                        spec,
                        memory -> new LpmTree(memory, new LpmKey(4), new LpmSlots(memory), new LpmRecords(memory))))
                .isEqualTo(4);
    }

    @Test
    void givesEverythingBackForAnErrorToo() {
        final MapMemory memory = new MapMemory(MapSpec.of("m", MapType.HASH, 4, 8, 64));
        assertThatThrownBy(() -> memory.build(() -> {
                    memory.area(100);
                    throw new OutOfMemoryError("none");
                }))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(memory.length()).isZero();
    }

    @Test
    void countsAllPartsAgainstTheLimit() {
        final MapMemory memory = new MapMemory(MapSpec.of("m", MapType.HASH, 4, 8, 64), 1000);
        memory.area(600);
        assertThatThrownBy(() -> memory.area(600))
                .hasMessage("map create failed: ENOMEM, map=m (maxEntries=64, memory=1200 bytes, limit=1000 bytes:"
                        + " lower maxEntries, or raise -Xmx)");
        memory.close();
    }

    @Test
    void answersEnomemWhereAHashCannotGrowAndE2bigWhereItIsFull() {
        final MapSpec spec = MapSpec.of("m", MapType.HASH, 4, 8, 100, MapSpec.NO_PREALLOC);
        final MapMemory sizing = new MapMemory(spec);
        new HashTable(sizing, ValueShape.of(spec), false, CONTEXT);
        final long atFirst = sizing.length();
        sizing.close();
        assertThat(fill(spec, atFirst + 100)).isEqualTo("ENOMEM after 64");
        assertThat(fill(spec, SpecRule.MEMORY_LIMIT)).isEqualTo("E2BIG after 100");
    }

    private static String fill(final MapSpec spec, final long limit) {
        try (MapMemory memory = new MapMemory(spec, limit);
                Fixture.Native key = Fixture.Native.of(new byte[4]);
                Fixture.Native value = Fixture.Native.of(new byte[8])) {
            final HashTable table = new HashTable(memory, ValueShape.of(spec), false, CONTEXT);
            int error = 0;
            int count = -1;
            while (error == 0) {
                NativeMemory.putInt(key.address(), ++count);
                error = table.put(key.address(), value.address(), 0, 0);
            }
            return Errno.nameOf(error) + " after " + count;
        }
    }
}
