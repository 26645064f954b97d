package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Codecs;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.sys.NativeMemory;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class MapOfMapsTest {

    private static final MapSpec INNER = MapSpec.of("inner", MapType.ARRAY, 4, 8, 16);

    private final Fixture fixture = new Fixture();
    private final long key = fixture.memory.address();

    @AfterEach
    void close() {
        fixture.close();
    }

    private UserspaceMap outer(final MapType type) {
        return fixture.map(MapSpec.of("outer", type, 4, 4, 4).withInner(INNER));
    }

    private long lookup(final UserspaceMap map, final int number) {
        NativeMemory.putInt(key, number);
        return map.lookup(key, 0);
    }

    private static String put(final UserspaceMap outer, final int slot, final BpfMap inner) {
        return Fixture.name(outer.putMap(Fixture.key(slot), 0, inner, BpfMap.ANY));
    }

    @ParameterizedTest
    @EnumSource(names = {"ARRAY_OF_MAPS", "HASH_OF_MAPS"})
    void givesProgramsHandlesAndJavaIds(final MapType type) {
        final UserspaceMap outer = outer(type);
        final UserspaceMap one = fixture.map(INNER);
        final UserspaceMap two = fixture.map(INNER);
        assertThat(lookup(outer, 1)).isZero();
        assertThat(Fixture.lookup(outer, 1)).isEqualTo("ENOENT");
        assertThat(Fixture.delete(outer, 1)).isEqualTo("ENOENT");
        assertThat(put(outer, 1, one)).isEqualTo("OK");
        assertThat(lookup(outer, 1)).isEqualTo(one.handle());
        assertThat(fixture.table.byHandle(lookup(outer, 1))).isSameAs(one);
        assertThat(outer.typed(Codecs.U32, Codecs.U32).get(1)).isEqualTo(one.id());
        assertThat(Fixture.update(outer, 1, 0, two.id())).isEqualTo("OK");
        assertThat(lookup(outer, 1)).isEqualTo(two.handle());
        assertThat(outer.entries()).isEqualTo(1);
        assertThat(Fixture.delete(outer, 1)).isEqualTo("OK");
        assertThat(lookup(outer, 1)).isZero();
        assertThat(outer.owns(lookup(outer, 1), 8)).isFalse();
        assertThat(outer.update(key, key, 0, 0)).isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void answersUpdatesAsTheKernelDoes() {
        final UserspaceMap inner = fixture.map(INNER);
        final UserspaceMap array = outer(MapType.ARRAY_OF_MAPS);
        assertThat(Fixture.update(array, 0, BpfMap.NOEXIST, inner.id())).isEqualTo("EINVAL");
        assertThat(Fixture.update(array, 0, BpfMap.EXIST, inner.id())).isEqualTo("EINVAL");
        assertThat(Fixture.update(array, 4, 0, inner.id())).isEqualTo("E2BIG");
        assertThat(Fixture.delete(array, 4)).isEqualTo("E2BIG");
        assertThat(Fixture.update(array, 0, 0, 999)).isEqualTo("EBADF");
        final UserspaceMap hash = outer(MapType.HASH_OF_MAPS);
        assertThat(Fixture.update(hash, 0, BpfMap.EXIST, inner.id())).isEqualTo("ENOENT");
        assertThat(Fixture.update(hash, 0, BpfMap.NOEXIST, inner.id())).isEqualTo("OK");
        assertThat(Fixture.update(hash, 0, BpfMap.NOEXIST, inner.id())).isEqualTo("EEXIST");
        for (int i = 1; i < 4; i++) {
            assertThat(Fixture.update(hash, i, 0, inner.id())).isEqualTo("OK");
        }
        assertThat(Fixture.update(hash, 4, 0, inner.id())).isEqualTo("E2BIG");
        assertThat(Fixture.update(hash, 0, 0, 999)).isEqualTo("EBADF");
    }

    @ParameterizedTest
    @CsvSource({
        "ARRAY, 4, 8, 16, 0, OK", "ARRAY, 4, 4, 16, 0, EINVAL", "ARRAY, 4, 8, 17, 0, EINVAL",
        "ARRAY, 4, 8, 16, 1024, EINVAL", "HASH, 4, 8, 16, 0, EINVAL", "PERCPU_ARRAY, 4, 8, 16, 0, EINVAL"
    })
    void takesOnlyMapsLikeTheOneItWasDeclaredWith(
            final MapType type,
            final int keySize,
            final int valueSize,
            final int maxEntries,
            final int flags,
            final String answer) {
        final UserspaceMap inner = fixture.map(type, keySize, valueSize, maxEntries, flags);
        assertThat(put(outer(MapType.ARRAY_OF_MAPS), 0, inner)).isEqualTo(answer);
        assertThat(put(outer(MapType.HASH_OF_MAPS), 0, inner)).isEqualTo(answer);
    }

    @Test
    void takesInnerHashesOfAnySizeAndArraysThatSayTheyVary() {
        final UserspaceMap hashes = fixture.map(MapSpec.of("outer", MapType.ARRAY_OF_MAPS, 4, 4, 1)
                .withInner(MapSpec.of("inner", MapType.HASH, 4, 8, 16)));
        assertThat(put(hashes, 0, fixture.map(MapType.HASH, 4, 8, 1000, 0))).isEqualTo("OK");
        final UserspaceMap arrays = fixture.map(MapSpec.of("outer", MapType.ARRAY_OF_MAPS, 4, 4, 1)
                .withInner(MapSpec.of("inner", MapType.ARRAY, 4, 8, 16, SpecRule.INNER_MAP)));
        assertThat(put(arrays, 0, fixture.map(MapType.ARRAY, 4, 8, 1000, SpecRule.INNER_MAP)))
                .isEqualTo("OK");
    }

    @ParameterizedTest
    @EnumSource(names = {"ARRAY_OF_MAPS", "HASH_OF_MAPS"})
    void keepsAnInnerMapAliveAfterItsOwnerHasClosedIt(final MapType type) {
        final UserspaceMap outer = outer(type);
        final UserspaceMap inner = fixture.map(INNER);
        final int id = inner.id();
        put(outer, 0, inner);
        put(outer, 1, inner);
        inner.close();
        assertThat(lookup(outer, 0)).isEqualTo(inner.handle());
        assertThat(fixture.table.byId(id)).isSameAs(inner);
        assertThat(Fixture.update(inner, 3, 0, 7, 0)).isEqualTo("OK");
        Fixture.delete(outer, 0);
        assertThat(fixture.table.byId(id)).isSameAs(inner);
        outer.close();
        assertThat(fixture.table.byId(id)).isNull();
        assertThat(Fixture.lookup(inner, 3)).isEqualTo("EBADF");
        assertThat(put(outer, 0, inner)).isEqualTo("EBADF");
    }

    @Test
    void freesAReplacedMapOnlyOnceNoWorkerCanStillUseIt() {
        final UserspaceMap outer = outer(MapType.ARRAY_OF_MAPS);
        final UserspaceMap inner = fixture.map(INNER);
        put(outer, 0, inner);
        try (Grace.Reader worker = fixture.table.grace().reader();
                Grace.Reader other = fixture.table.grace().reader()) {
            worker.enter();
            final UserspaceMap found = fixture.table.byHandle(lookup(outer, 0));
            assertThat(found).isSameAs(inner);
            NativeMemory.putInt(key, 2);
            final long value = inner.lookup(key, 0);
            inner.close();
            Fixture.delete(outer, 0);
            other.enter();
            assertThat(inner.freed()).isFalse();
            NativeMemory.putLong(value, 1);
            worker.leave();
            fixture.table.grace().freeWhatCanBe();
            assertThat(inner.freed()).isTrue();
        }
    }

    @Test
    void refusesSpecsThatTheKernelRefuses() {
        assertThatThrownBy(() -> fixture.map(MapType.ARRAY_OF_MAPS, 4, 4, 1, 0))
                .hasMessage("map create failed: EBADF, map=m (it does not say what its inner maps are like)");
        assertThatThrownBy(() -> fixture.map(
                        MapSpec.of("m", MapType.HASH_OF_MAPS, 4, 8, 1).withInner(INNER)))
                .hasMessage(
                        "map create failed: EINVAL, map=m (hash_of_maps wants valueSize=4 bytes: valueSize=8 bytes)");
        assertThatThrownBy(() -> fixture.map(MapSpec.of("m", MapType.ARRAY_OF_MAPS, 4, 4, 1)
                        .withInner(MapSpec.of("i", MapType.HASH_OF_MAPS, 4, 4, 1))))
                .hasMessage("map create failed: EINVAL, map=m (inner type=hash_of_maps: maps of maps do not nest)");
        assertThatThrownBy(() -> fixture.map(MapSpec.of("m", MapType.ARRAY_OF_MAPS, 4, 4, 1)
                        .withInner(MapSpec.of("i", MapType.PROG_ARRAY, 4, 4, 1))))
                .hasMessage("map create failed: ENOTSUPP, map=m (inner type=prog_array: not for maps of maps)");
    }

    @Test
    void takesNoMapOfAnotherEngineAndNothingOnceFrozen() {
        final UserspaceMap outer = outer(MapType.ARRAY_OF_MAPS);
        try (UserspaceMap stranger = Fixture.newMap(INNER)) {
            fixture.map(INNER);
            assertThat(put(outer, 0, stranger)).isEqualTo("EBADF");
        }
        outer.freeze();
        assertThat(outer.putMap(new UnsafeBuffer(new byte[4]), 0, fixture.map(INNER), 0))
                .isEqualTo(Errno.EPERM.negative());
    }
}
