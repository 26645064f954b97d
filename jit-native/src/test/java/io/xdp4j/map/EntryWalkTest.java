package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.MapType;
import io.xdp4j.sys.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EntryWalkTest {

    private final Fixture fixture = new Fixture();
    private final long key = fixture.memory.address();
    private final long value = key + 64;
    private final long state = key + 1024;

    @AfterEach
    void close() {
        fixture.close();
    }

    private UserspaceMap filled(final MapType type, final int maxEntries) {
        final UserspaceMap map = fixture.map(type, 4, 8, maxEntries, 0);
        for (int i = 0; i < maxEntries; i++) {
            NativeMemory.putInt(key, i);
            NativeMemory.putLong(value, i * 10L);
            map.update(key, value, 0, 2);
        }
        return map;
    }

    private List<Long> walk(final UserspaceMap map) {
        final List<Long> values = new ArrayList<>();
        EntryWalk.begin(state);
        for (long at = EntryWalk.next(map, state, 2, key); at != 0; at = EntryWalk.next(map, state, 2, key)) {
            assertThat(NativeMemory.getLong(at)).isEqualTo(10L * NativeMemory.getInt(key));
            values.add(NativeMemory.getLong(at));
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource(names = {"ARRAY", "PERCPU_ARRAY", "HASH", "PERCPU_HASH", "LRU_HASH", "LRU_PERCPU_HASH"})
    void seesEachEntryOnceWithThatCpusValue(final MapType type) {
        final UserspaceMap map = filled(type, 200);
        final List<Long> seen = walk(map);
        assertThat(seen).doesNotHaveDuplicates().hasSize((int) map.entries()).hasSizeGreaterThan(100);
    }

    @Test
    void marksNoEntryAsUsed() {
        final HashedMap map = (HashedMap) filled(MapType.LRU_HASH, 64);
        assertThat(marks(map)).isZero();
        assertThat(walk(map)).isNotEmpty();
        assertThat(marks(map)).isZero();
        NativeMemory.putInt(key, 63);
        assertThat(map.lookup(key, 0)).isNotZero();
        assertThat(marks(map)).isEqualTo(1);
    }

    private long marks(final HashedMap map) {
        final long elements = fixture.memory.address() + 4096;
        final HashWalk walk = map.table().walk();
        return IntStream.range(0, walk.buckets())
                .map(bucket -> {
                    final int count = walk.takeDown(bucket, 0, elements, 64);
                    return (int) IntStream.range(0, count)
                            .filter(i -> LruMarks.isMarked(NativeMemory.getLong(elements + 16L * i)))
                            .count();
                })
                .sum();
    }

    @Test
    void takesDownABucketInPieces() {
        final HashedMap map = (HashedMap) filled(MapType.HASH, 4096);
        final HashWalk walk = map.table().walk();
        for (int bucket = 0; bucket < walk.buckets(); bucket++) {
            final int all = walk.takeDown(bucket, 0, state, 64);
            final long second = NativeMemory.getLong(state + 16);
            assertThat(walk.takeDown(bucket, all, state, 64)).isZero();
            if (all > 1) {
                assertThat(walk.takeDown(bucket, 1, state, 1)).isEqualTo(1);
                assertThat(NativeMemory.getLong(state)).isEqualTo(second);
            }
        }
    }
}
