package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.HelperFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MapHelpersTest {

    private final HelperFixture fixture = new HelperFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void looksUpUpdatesAndDeletes() {
        final UserspaceMap map = fixture.map(MapType.ARRAY, 4, 8, 4);
        final long key = fixture.words(2);

        assertThat(Called.helper(fixture, "map_update_elem", map.handle(), key, fixture.words(55), 0))
                .isZero();
        final long value = Called.helper(fixture, "map_lookup_elem", map.handle(), key);
        assertThat(NativeMemory.getLong(value)).isEqualTo(55);
        assertThat(fixture.execution().writable(value, 8)).isTrue();
        assertThat(Called.helper(fixture, "map_lookup_elem", map.handle(), fixture.words(4)))
                .isZero();
        assertThat(Called.helper(fixture, "map_update_elem", map.handle(), key, value, 1))
                .isEqualTo(Errno.EEXIST.negative());
        assertThat(Called.helper(fixture, "map_delete_elem", map.handle(), key)).isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void perCpuValueIsTheWorkersUnlessAnotherIsAskedFor() {
        final UserspaceMap map = fixture.map(MapType.PERCPU_ARRAY, 4, 8, 4);
        final long key = fixture.words(0);
        Called.helper(fixture, "map_update_elem", map.handle(), key, fixture.words(55), 0);

        final long own = Called.helper(fixture, "map_lookup_elem", map.handle(), key);
        assertThat(NativeMemory.getLong(own)).isEqualTo(55);
        assertThat(Called.helper(fixture, "map_lookup_percpu_elem", map.handle(), key, 1))
                .isEqualTo(own);
        final long other = Called.helper(fixture, "map_lookup_percpu_elem", map.handle(), key, 0);
        assertThat(other).isNotEqualTo(own);
        assertThat(NativeMemory.getLong(other)).isZero();
        assertThat(Called.helper(fixture, "map_lookup_percpu_elem", map.handle(), key, 2))
                .isZero();
        assertThat(Called.helper(fixture, "map_lookup_percpu_elem", map.handle(), key, -1))
                .isZero();
    }

    @Test
    void pushesPeeksAndPops() {
        final UserspaceMap map = fixture.map(MapType.QUEUE, 0, 8, 1);
        final long value = fixture.take(8);

        assertThat(Called.helper(fixture, "map_push_elem", map.handle(), fixture.words(7), 0))
                .isZero();
        assertThat(Called.helper(fixture, "map_push_elem", map.handle(), fixture.words(8), 0))
                .isEqualTo(Errno.E2BIG.negative());
        assertThat(Called.helper(fixture, "map_peek_elem", map.handle(), value)).isZero();
        assertThat(Called.helper(fixture, "map_pop_elem", map.handle(), value)).isZero();
        assertThat(NativeMemory.getLong(value)).isEqualTo(7);
        assertThat(Called.helper(fixture, "map_pop_elem", map.handle(), value)).isEqualTo(Errno.ENOENT.negative());
    }

    @Test
    void writingIntoAReadOnlyMapEndsTheProgram() {
        final UserspaceMap map = fixture.map(MapSpec.of("m", MapType.ARRAY, 4, 8, 4, MapSpec.RDONLY_PROG));
        final long key = fixture.words(0);

        assertThat(Called.helper(fixture, "map_lookup_elem", map.handle(), key)).isNotZero();
        assertThat(fixture.fault()).isNull();
        Called.helper(fixture, "map_update_elem", map.handle(), key, key, 0);
        assertThat(fixture.fault()).isEqualTo("write into a map that programs may only read (BPF_F_RDONLY_PROG)");
    }

    @Test
    void closedMapEndsTheProgram() {
        final UserspaceMap map = fixture.map(MapType.ARRAY, 4, 8, 4);
        map.close();

        Called.helper(fixture, "map_lookup_elem", map.handle(), fixture.words(0));
        assertThat(fixture.fault()).isEqualTo("map was closed while a program used it");
    }

    @Test
    void walksEveryEntryWithKeyAndValue() {
        final UserspaceMap map = fixture.map(MapType.ARRAY, 4, 8, 4);
        for (int i = 0; i < 4; i++) {
            map.update(fixture.words(i), fixture.words(i * 10L), 0, 0);
        }
        final List<String> seen = new ArrayList<>();
        final long function = fixture.on((handle, key, value, context) -> {
            assertThat(fixture.execution().readable(key, 4)).isTrue();
            seen.add(handle - map.handle() + ":" + NativeMemory.getInt(key) + ":" + NativeMemory.getLong(value) + ":"
                    + context);
            return seen.size() == 6 ? 1 : 0;
        });

        assertThat(Called.helper(fixture, "for_each_map_elem", map.handle(), function, 9, 0))
                .isEqualTo(4);
        assertThat(seen).containsExactly("0:0:0:9", "0:1:10:9", "0:2:20:9", "0:3:30:9");
        assertThat(Called.helper(fixture, "for_each_map_elem", map.handle(), function, 9, 0))
                .isEqualTo(2);
        assertThat(fixture.execution().pushScratch(8)).as("scratch given back").isNotZero();
    }

    @Test
    void walksOnlyArraysAndHashesAndTakesNoFlags() {
        final UserspaceMap array = fixture.map(MapType.ARRAY, 4, 8, 4);
        final UserspaceMap queue = fixture.map(MapType.QUEUE, 0, 8, 4);
        final long function = fixture.on((r1, r2, r3, r4) -> 0);

        assertThat(Called.helper(fixture, "for_each_map_elem", array.handle(), function, 0, 1))
                .isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.helper(fixture, "for_each_map_elem", queue.handle(), function, 0, 0))
                .isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void walksNestedInWalksHaveKeysOfTheirOwn() {
        final UserspaceMap map = fixture.map(MapType.ARRAY, 4, 8, 3);
        final List<String> seen = new ArrayList<>();
        final long inner = fixture.on((handle, key, value, outer) -> {
            seen.add(NativeMemory.getInt(outer) + "/" + NativeMemory.getInt(key));
            return 0;
        });
        final long outer = fixture.on((handle, key, value, context) ->
                Called.helper(fixture, "for_each_map_elem", map.handle(), inner, key, 0) == 3 ? 0 : 1);

        assertThat(Called.helper(fixture, "for_each_map_elem", map.handle(), outer, 0, 0))
                .isEqualTo(3);
        assertThat(seen).containsExactly("0/0", "0/1", "0/2", "1/0", "1/1", "1/2", "2/0", "2/1", "2/2");
    }

    @Test
    void seesEachEntryOnceThoughTheFunctionDeletesTheOneThatFollows() {
        final UserspaceMap map = fixture.map(MapType.HASH, 4, 8, 64);
        for (int i = 0; i < 64; i++) {
            map.update(fixture.words(i), fixture.words(i), 0, 0);
        }
        final List<Integer> seen = new ArrayList<>();
        final List<Integer> deleted = new ArrayList<>();
        final long following = fixture.take(8);
        final long function = fixture.on((handle, key, value, context) -> {
            seen.add(NativeMemory.getInt(key));
            if (map.nextKey(key, following) == 0) {
                deleted.add(NativeMemory.getInt(following));
                map.delete(following);
            }
            return 0;
        });
        assertThat(Called.helper(fixture, "for_each_map_elem", map.handle(), function, 0, 0))
                .isEqualTo(seen.size());
        assertThat(seen).doesNotHaveDuplicates().doesNotContainAnyElementsOf(deleted);
        assertThat(seen.size() + deleted.size()).isEqualTo(64);
    }
}
