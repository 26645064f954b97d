package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Codecs;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.TypedMap;
import io.xdp4j.sys.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HashedMapTest {

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private UserspaceMap filled(final MapType type, final int flags, final int maxEntries) {
        final UserspaceMap map = fixture.map(type, 4, 8, maxEntries, flags);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
        for (int key = 1; key <= 4; key++) {
            assertThat(map.update(Fixture.key(key), 0, value, 0, 0)).isZero();
        }
        return map;
    }

    @ParameterizedTest
    @CsvSource({
        // key 1 is there, key 9 is not; the map is full
        "1, 0, OK",
        "1, 1, EEXIST",
        "1, 2, OK",
        "1, 3, EINVAL",
        "1, 4, EINVAL",
        "1, -1, EINVAL",
        "1, 8, EINVAL",
        "9, 0, E2BIG",
        "9, 1, E2BIG",
        "9, 2, ENOENT",
        "9, 3, EINVAL",
        "9, 6, EINVAL"
    })
    void answersUpdatesOfAFullMapAsTheKernelDoes(final int key, final long flags, final String answer) {
        for (final MapType type : List.of(MapType.HASH, MapType.PERCPU_HASH)) {
            for (final int mapFlags : List.of(0, MapSpec.NO_PREALLOC)) {
                final UserspaceMap map = filled(type, mapFlags, 4);
                final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
                assertThat(Fixture.name(map.update(Fixture.key(key), 0, value, 0, flags)))
                        .isEqualTo(answer);
                assertThat(map.entries()).isEqualTo(4);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, OK",
        "1, 1, EEXIST",
        "1, 2, OK",
        "1, 3, EINVAL",
        "1, 4, EINVAL",
        "9, 0, OK",
        "9, 1, OK",
        "9, 2, ENOENT",
        "9, 3, EINVAL"
    })
    void answersUpdatesOfAnLruMapAsTheKernelDoes(final int key, final long flags, final String answer) {
        for (final MapType type : List.of(MapType.LRU_HASH, MapType.LRU_PERCPU_HASH)) {
            final UserspaceMap map = filled(type, 0, 64);
            final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
            assertThat(Fixture.name(map.update(Fixture.key(key), 0, value, 0, flags)))
                    .isEqualTo(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HASH", "PERCPU_HASH", "LRU_HASH", "LRU_PERCPU_HASH"})
    void looksUpTakesAndDeletes(final MapType type) {
        final UserspaceMap map = fixture.map(type, 4, 8, 16, 0);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
        value.putLong(map.valueLength() - 8, 77);
        assertThat(Fixture.lookup(map, 5)).isEqualTo("ENOENT");
        assertThat(Fixture.delete(map, 5)).isEqualTo("ENOENT");
        assertThat(map.update(Fixture.key(5), 0, value, 0, 0)).isZero();
        value.putLong(map.valueLength() - 8, 0);
        assertThat(map.lookup(Fixture.key(5), 0, value, 0)).isZero();
        assertThat(value.getLong(map.valueLength() - 8)).isEqualTo(77);
        value.putLong(map.valueLength() - 8, 0);
        assertThat(map.lookupAndDelete(Fixture.key(5), 0, value, 0)).isZero();
        assertThat(value.getLong(map.valueLength() - 8)).isEqualTo(77);
        assertThat(Fixture.name(map.lookupAndDelete(Fixture.key(5), 0, value, 0)))
                .isEqualTo("ENOENT");
        assertThat(map.entries()).isZero();
        assertThat(Fixture.name(map.push(value, 0, 0))).isEqualTo("EOPNOTSUPP");
    }

    @Test
    void fillsUpAgainAfterDeletes() {
        final UserspaceMap map = filled(MapType.HASH, 0, 4);
        for (int round = 0; round < 100; round++) {
            assertThat(Fixture.delete(map, 1 + round % 4)).isEqualTo("OK");
            assertThat(map.entries()).isEqualTo(3);
            assertThat(Fixture.update(map, 1 + round % 4, BpfMap.NOEXIST, round, 0))
                    .isEqualTo("OK");
            assertThat(Fixture.update(map, 100, 0, 0, 0)).isEqualTo("E2BIG");
        }
    }

    @Test
    void keepsAValueWhereItWasWhileItsKeyIsReplaced() {
        final UserspaceMap map = fixture.map(MapType.HASH, 4, 8, 4, 0);
        try (Fixture.Native key = Fixture.Native.of(new byte[4]);
                Fixture.Native value = Fixture.Native.of(new byte[] {1, 1, 1, 1, 1, 1, 1, 1})) {
            assertThat(map.update(key.address(), value.address(), 0, 0)).isZero();
            final long before = map.lookup(key.address(), 0);
            NativeMemory.putLong(value.address(), 2);
            assertThat(map.update(key.address(), value.address(), 0, 0)).isZero();
            assertThat(NativeMemory.getLong(before)).isEqualTo(0x0101_0101_0101_0101L);
            final long after = map.lookup(key.address(), 0);
            assertThat(after).isNotEqualTo(before);
            assertThat(NativeMemory.getLong(after)).isEqualTo(2);
        }
    }

    @Test
    void givesAProgramItsCpusValueAndZerosToTheOthers() {
        final UserspaceMap map = fixture.map(MapType.PERCPU_HASH, 4, 4, 2, 0);
        assertThat(Fixture.update(map, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7)).isEqualTo("OK");
        assertThat(Fixture.delete(map, 0)).isEqualTo("OK");
        try (Fixture.Native key = Fixture.Native.of(new byte[4]);
                Fixture.Native value = Fixture.Native.of(new byte[] {9, 0, 0, 0})) {
            assertThat(map.update(key.address(), value.address(), 0, 2)).isZero();
            assertThat(Fixture.lookup(map, 0)).isEqualTo("0 0 0 0 9 0 0 0");
            final long first = map.lookup(key.address(), 0);
            assertThat((map.lookup(key.address(), 1) - first) % 128).isZero();
            assertThat(map.owns(first, 4)).isTrue();
            assertThat(map.owns(first, 5)).isFalse();
            NativeMemory.putInt(value.address(), 5);
            assertThat(map.update(key.address(), value.address(), BpfMap.EXIST, 0))
                    .isZero();
            assertThat(Fixture.lookup(map, 0)).isEqualTo("5 0 0 0 9 0 0 0");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 15, 16, 17, 18, 20, 31, 32, 33, 40, 64, 100, 255})
    void comparesEveryByteOfAKey(final int keySize) {
        final UserspaceMap map = fixture.map(MapType.HASH, keySize, 1, 4096, 0);
        final UnsafeBuffer key = new UnsafeBuffer(new byte[keySize]);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[1]);
        for (int i = 0; i < keySize; i++) {
            for (int bit = 0; bit < 8; bit += 7) {
                key.setMemory(0, keySize, (byte) 0);
                key.putByte(i, (byte) (1 << bit));
                value.putByte(0, (byte) (i ^ bit));
                assertThat(map.update(key, 0, value, 0, BpfMap.NOEXIST)).isZero();
            }
        }
        assertThat(map.entries()).isEqualTo(2L * keySize);
        for (int i = 0; i < keySize; i++) {
            for (int bit = 0; bit < 8; bit += 7) {
                key.setMemory(0, keySize, (byte) 0);
                key.putByte(i, (byte) (1 << bit));
                assertThat(map.lookup(key, 0, value, 0)).isZero();
                assertThat(value.getByte(0)).isEqualTo((byte) (i ^ bit));
                assertThat(map.delete(key, 0)).isZero();
            }
        }
    }

    @Test
    void walksEachKeyOnceAndBeginsAgainAfterADeletedOne() {
        final UserspaceMap map = fixture.map(MapType.HASH, 4, 4, 100, 0);
        for (int key = 0; key < 100; key++) {
            Fixture.update(map, key, 0, key);
        }
        final List<String> walked = new ArrayList<>();
        String key = Fixture.nextKey(map, null);
        final String first = key;
        while (!key.equals("ENOENT")) {
            walked.add(key);
            key = Fixture.nextKey(map, Integer.parseInt(key));
        }
        assertThat(walked)
                .hasSize(100)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 100).mapToObj(Integer::toString).toList());
        assertThat(Fixture.nextKey(map, 1000)).isEqualTo(first);
    }

    @Test
    void copiesInBatchesOfAnySizeAndTakesThemOut() {
        final UserspaceMap map = fixture.map(MapType.HASH, 4, 4, 1000, 0);
        final TypedMap<Integer, Integer> typed = map.typed(Codecs.U32, Codecs.U32);
        typed.putAll(IntStream.range(0, 1000).boxed().collect(java.util.stream.Collectors.toMap(i -> i, i -> -i)));
        final BpfMap.Cursor cursor = new BpfMap.Cursor();
        final UnsafeBuffer keys = new UnsafeBuffer(new byte[12]);
        final UnsafeBuffer values = new UnsafeBuffer(new byte[12]);
        final List<Integer> seen = new ArrayList<>();
        int copied;
        while ((copied = map.lookupBatch(cursor, keys, values, 3)) > 0) {
            for (int i = 0; i < copied; i++) {
                assertThat(values.getInt(4 * i)).isEqualTo(-keys.getInt(4 * i));
                seen.add(keys.getInt(4 * i));
            }
        }
        assertThat(seen).hasSize(1000).doesNotHaveDuplicates();
        typed.deleteAll(List.of(1, 2));
        assertThat(typed.takeAll()).hasSize(998).containsEntry(7, -7);
        assertThat(map.entries()).isZero();
        assertThatThrownBy(() -> typed.deleteAll(List.of(1)))
                .isInstanceOf(MapException.class)
                .hasMessage("map batch delete failed: ENOENT, map=m");
    }

    @Test
    void growsWithUseWithoutPreallocation() {
        final UserspaceMap map = fixture.map(MapType.HASH, 4, 1000, 10_000, MapSpec.NO_PREALLOC);
        final long empty = map.memory();
        assertThat(empty).isLessThan(300_000);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[1000]);
        for (int key = 0; key < 10_000; key++) {
            assertThat(map.update(Fixture.key(key), 0, value, 0, 0)).isZero();
        }
        assertThat(map.memory()).isBetween(10_000_000L, 11_000_000L);
        assertThat(Fixture.name(map.update(Fixture.key(-1), 0, value, 0, 0))).isEqualTo("E2BIG");
        assertThat(map.entries()).isEqualTo(10_000);
    }

    @Test
    void holdsAMillionEntriesInTensOfMegabytes() {
        final UserspaceMap map = fixture.map(MapType.HASH, 16, 8, 1_000_000, 0);
        try (Fixture.Native key = Fixture.Native.of(new byte[16]);
                Fixture.Native value = Fixture.Native.of(new byte[8])) {
            for (int i = 0; i < 1_000_000; i++) {
                NativeMemory.putInt(key.address(), i);
                NativeMemory.putInt(key.address() + 8, i >>> 4);
                NativeMemory.putLong(value.address(), ~i);
                assertThat(map.update(key.address(), value.address(), BpfMap.NOEXIST, 0) == 0)
                        .isTrue();
            }
            long wrong = 0;
            for (int i = 0; i < 1_000_000; i++) {
                NativeMemory.putInt(key.address(), i);
                NativeMemory.putInt(key.address() + 8, i >>> 4);
                final long found = map.lookup(key.address(), 0);
                wrong += found != 0 && NativeMemory.getLong(found) == ~i ? 0 : 1;
            }
            assertThat(wrong).isZero();
        }
        assertThat(map.entries()).isEqualTo(1_000_000);
        assertThat(map.memory()).isLessThan(60_000_000);
    }

    @Test
    void ownsValuesButNeitherKeysNorWhatLiesBetween() {
        final UserspaceMap map = fixture.map(MapType.HASH, 4, 6, 2, 0);
        try (Fixture.Native key = Fixture.Native.of(new byte[4]);
                Fixture.Native value = Fixture.Native.of(new byte[6])) {
            map.update(key.address(), value.address(), 0, 0);
            final long found = map.lookup(key.address(), 0);
            assertThat(map.owns(found, 6)).isTrue();
            assertThat(map.owns(found + 5, 1)).isTrue();
            assertThat(map.owns(found + 5, 2)).isFalse();
            assertThat(map.owns(found - 1, 1)).isFalse();
            assertThat(map.owns(found + 6, 1)).isFalse();
            assertThat(map.owns(0, 1)).isFalse();
        }
    }

    @Test
    void refusesReadersOfAWriteOnlyMap() {
        final UserspaceMap map = fixture.map(MapType.HASH, 4, 4, 2, MapSpec.WRONLY);
        assertThat(Fixture.update(map, 1, 0, 1)).isEqualTo("OK");
        assertThat(Fixture.lookup(map, 1)).isEqualTo("EPERM");
        assertThatThrownBy(() -> map.typed(Codecs.U32, Codecs.U32).snapshot())
                .hasMessage("map batch lookup failed: EPERM, map=m (frozen or not accessible from here)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HASH|0|4|1|0|EINVAL|hash wants keySize of 1 to 2147483647: keySize=0 bytes",
                "HASH|4|0|1|0|EINVAL|hash wants valueSize of 1 to 2147483647: valueSize=0 bytes",
                "HASH|4|4|0|0|EINVAL|maxEntries=0, allowed: 1 to 2147483647",
                "HASH|4|4|1|2|EINVAL|hash does not know all of flags=0x2, allowed: 0x1dd",
                "HASH|4000000|1000000|1|0|E2BIG|"
                        + "keySize=4000000 bytes, valueSize=1000000 bytes, limit of both=4194240 bytes",
                "HASH|4|4|2000000000|0|E2BIG|maxEntries=2000000000, limit=1073741824",
                "PERCPU_HASH|4|32769|1|0|E2BIG|valueSize=32769 bytes, limit=32768 bytes per CPU",
                "LRU_HASH|4|4|1|1|ENOTSUPP|lru_hash is always preallocated: drop BPF_F_NO_PREALLOC",
                "LRU_PERCPU_HASH|4|4|1|1024|EINVAL|"
                        + "lru_percpu_hash does not know all of flags=0x400, allowed: 0x1df",
            })
    void refusesSpecsThatTheKernelRefuses(
            final MapType type,
            final int keySize,
            final int valueSize,
            final int maxEntries,
            final int flags,
            final Errno errno,
            final String why) {
        assertThatThrownBy(() -> fixture.map(type, keySize, valueSize, maxEntries, flags))
                .isInstanceOfSatisfying(
                        MapException.class, e -> assertThat(e.errno()).isEqualTo(errno.number()))
                .hasMessage("map create failed: " + errno + ", map=m (" + why + ")");
    }

    @Test
    void viewsItselfAsATypedMap() {
        final TypedMap<Integer, Long> map =
                fixture.map(MapType.LRU_HASH, 4, 8, 10, 0).typed(Codecs.U32, Codecs.U64);
        assertThat(map.putIfAbsent(1, 1L)).isTrue();
        assertThat(map.putIfAbsent(1, 2L)).isFalse();
        assertThat(map.replace(2, 2L)).isFalse();
        assertThat(map.snapshot()).isEqualTo(Map.of(1, 1L));
        assertThat(map.take(1)).isEqualTo(1);
        assertThat(map.get(1)).isNull();
    }
}
