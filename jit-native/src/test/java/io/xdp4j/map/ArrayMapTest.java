package io.xdp4j.map;

import static io.xdp4j.map.Fixture.newMap;
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
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArrayMapTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0", "0, 1, -17", "0, 2, 0", "0, 3, -22", "0, 4, -22", "0, -1, -22",
        "3, 0, 0", "4, 0, -7", "4, 1, -7", "4, 2, -7", "4, 8, -22", "-1, 0, -7"
    })
    void answersUpdatesAsTheKernelDoes(final int index, final long flags, final int error) {
        for (final MapType type : List.of(MapType.ARRAY, MapType.PERCPU_ARRAY)) {
            try (UserspaceMap map = newMap(MapSpec.of("a", type, 4, 4, 4))) {
                final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
                assertThat(map.update(index(index), 0, value, 0, flags)).isEqualTo(error);
            }
        }
    }

    @Test
    void holdsZerosUntilWrittenAndKnowsItsRange() {
        try (UserspaceMap map = newMap(MapSpec.of("a", MapType.ARRAY, 4, 8, 3, MapSpec.MMAPABLE))) {
            final TypedMap<Integer, Long> typed = map.typed(Codecs.U32, Codecs.U64);
            assertThat(typed.get(2)).isZero();
            typed.put(2, 77L);
            assertThat(typed.get(2)).isEqualTo(77);
            assertThat(typed.get(3)).isNull();
            assertThat(typed.keys()).containsExactly(0, 1, 2);
            assertThat(map.entries()).isEqualTo(3);
            assertThat(map.memory()).isEqualTo(128);
            assertThat(map.delete(index(1), 0)).isEqualTo(Errno.EINVAL.negative());
            assertThat(map.lookupAndDelete(index(1), 0, new UnsafeBuffer(new byte[8]), 0))
                    .isEqualTo(Errno.EOPNOTSUPP.negative());
            assertThat(map.push(new UnsafeBuffer(new byte[8]), 0, 0)).isEqualTo(Errno.EOPNOTSUPP.negative());
        }
    }

    @Test
    void walksItsKeysAndBeginsAgainAfterAKeyOutOfRange() {
        try (UserspaceMap map = newMap(MapSpec.of("a", MapType.ARRAY, 4, 8, 2))) {
            final UnsafeBuffer next = new UnsafeBuffer(new byte[4]);
            assertThat(map.nextKey(null, 0, next, 0)).isZero();
            assertThat(next.getInt(0)).isZero();
            assertThat(map.nextKey(next, 0, next, 0)).isZero();
            assertThat(next.getInt(0)).isEqualTo(1);
            assertThat(map.nextKey(next, 0, next, 0)).isEqualTo(Errno.ENOENT.negative());
            assertThat(map.nextKey(index(9), 0, next, 0)).isZero();
            assertThat(next.getInt(0)).isZero();
        }
    }

    @Test
    void givesEveryCpuAValueOnCacheLinesOfItsOwn() {
        try (UserspaceMap map = newMap(MapSpec.of("a", MapType.PERCPU_ARRAY, 4, 4, 3))) {
            try (Fixture.Native key = Fixture.Native.of(new byte[] {2, 0, 0, 0});
                    Fixture.Native value = Fixture.Native.of(new byte[] {9, 0, 0, 0})) {
                assertThat(map.update(key.address(), value.address(), BpfMap.ANY, 1))
                        .isZero();
                final long first = map.lookup(key.address(), 0);
                final long second = map.lookup(key.address(), 1);
                assertThat(second - first).isEqualTo(128);
                NativeMemory.putInt(first, 5);
                assertThat(map.owns(second, 4)).isTrue();
                assertThat(map.owns(second + 1, 4)).isFalse();
                assertThat(map.owns(second + 8, 1)).isFalse();
            }
            final UnsafeBuffer all = new UnsafeBuffer(new byte[map.valueLength()]);
            assertThat(map.lookup(index(2), 0, all, 0)).isZero();
            assertThat(List.of(all.getLong(0), all.getLong(8), all.getLong(16), all.getLong(24)))
                    .containsExactly(5L, 9L, 0L, 0L);
            all.putLong(24, 4);
            assertThat(map.update(index(2), 0, all, 0, BpfMap.EXIST)).isZero();
            all.putLong(24, 0);
            assertThat(map.lookup(index(2), 0, all, 0)).isZero();
            assertThat(all.getLong(24)).isEqualTo(4);
        }
    }

    @Test
    void ownsTheBytesOfOneValueAndNotThePaddingBehindIt() {
        try (UserspaceMap map = newMap(MapSpec.of("a", MapType.ARRAY, 4, 5, 2));
                Fixture.Native key = Fixture.Native.of(new byte[4])) {
            final long value = map.lookup(key.address(), 0);
            assertThat(map.owns(value, 5)).isTrue();
            assertThat(map.owns(value, 6)).isFalse();
            assertThat(map.owns(value + 4, 1)).isTrue();
            assertThat(map.owns(value + 5, 1)).isFalse();
            assertThat(map.owns(value + 8, 5)).isTrue();
            assertThat(map.owns(value + 16, 1)).isFalse();
            assertThat(map.owns(value - 1, 1)).isFalse();
        }
    }

    @Test
    void takesNoUpdateFromJavaOnceFrozenButStillFromPrograms() {
        try (UserspaceMap map = newMap(MapSpec.of("config", MapType.ARRAY, 4, 4, 1));
                Fixture.Native zero = Fixture.Native.of(new byte[4])) {
            map.freeze();
            assertThat(map.update(index(0), 0, index(1), 0, 0)).isEqualTo(Errno.EPERM.negative());
            assertThat(map.update(zero.address(), zero.address(), 0, 0)).isZero();
            assertThatThrownBy(() -> map.typed(Codecs.U32, Codecs.U32).put(0, 1))
                    .hasMessage("map update failed: EPERM, map=config (frozen or not writable from here)");
        }
    }

    @Test
    void answersEbadfOnceClosed() {
        final UserspaceMap map = newMap(MapSpec.of("a", MapType.ARRAY, 4, 4, 1));
        map.close();
        map.close();
        assertThat(map.lookup(index(0), 0, new UnsafeBuffer(new byte[4]), 0)).isEqualTo(Errno.EBADF.negative());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ARRAY|8|4|1|0|EINVAL|array wants keySize=4 bytes: keySize=8 bytes",
                "ARRAY|4|0|1|0|EINVAL|array wants valueSize of 1 to 2147483647: valueSize=0 bytes",
                "ARRAY|4|4|0|0|EINVAL|maxEntries=0, allowed: 1 to 2147483647",
                "ARRAY|4|4|1|1|EINVAL|array does not know all of flags=0x1, allowed: 0x159c",
                "ARRAY|4|4|1|24|EINVAL|BPF_F_RDONLY and BPF_F_WRONLY exclude each other: flags=0x18",
                "ARRAY|4|2000000000|1|0|E2BIG|valueSize=2000000000 bytes, limit=1073741824 bytes",
                "PERCPU_ARRAY|4|4|1|1024|EINVAL|percpu_array does not know all of flags=0x400, allowed: 0x19c",
                "PERCPU_ARRAY|4|32769|1|0|E2BIG|valueSize=32769 bytes, limit=32768 bytes per CPU",
            })
    void refusesSpecsThatTheKernelRefuses(
            final MapType type,
            final int keySize,
            final int valueSize,
            final int maxEntries,
            final int flags,
            final Errno errno,
            final String why) {
        assertThatThrownBy(() -> newMap(MapSpec.of("bad", type, keySize, valueSize, maxEntries, flags)))
                .isInstanceOfSatisfying(
                        MapException.class, e -> assertThat(e.errno()).isEqualTo(errno.number()))
                .hasMessage("map create failed: " + errno + ", map=bad (" + why + ")");
    }

    @Test
    void refusesMoreMemoryThanTheMachineShouldGive() {
        assertThatThrownBy(() -> newMap(MapSpec.of("huge", MapType.ARRAY, 4, 1 << 30, 1 << 30)))
                .hasMessageStartingWith("map create failed: ENOMEM, map=huge (maxEntries=1073741824, memory="
                        + (1L << 60) + " bytes, limit=")
                .hasMessageEndingWith(" bytes: lower maxEntries, or raise -Xmx)");
    }

    private static UnsafeBuffer index(final int index) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[4]);
        key.putInt(0, index);
        return key;
    }
}
