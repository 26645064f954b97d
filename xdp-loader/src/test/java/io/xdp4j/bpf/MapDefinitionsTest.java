package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

final class MapDefinitionsTest {

    private final BpfObject object = TestObjects.parse("maps.o");

    private MapSpec map(final String name) {
        return TestObjects.map(object, name);
    }

    @Test
    void readsEveryMapInTheOrderOfTheTypes() {
        assertThat(object.maps())
                .containsOnlyKeys(
                        "flows", "seen", "events", "inner_a", "inner_b", "outer", "by_cookie", "next", "counters");
    }

    @Test
    void readsNumbersAndTypes() {
        final MapSpec flows = map("flows");
        assertThat(flows.type()).isEqualTo(MapType.HASH);
        assertThat(flows.keySize()).isEqualTo(8);
        assertThat(flows.valueSize()).isEqualTo(24);
        assertThat(flows.maxEntries()).isEqualTo(1024);
        assertThat(flows.flags()).isEqualTo(MapSpec.NO_PREALLOC);
        assertThat(flows.pinByName()).isTrue();
        assertThat(flows.global()).isNull();
        final var btf = Objects.requireNonNull(flows.btf());
        assertThat(btf.name(flows.keyType())).isEqualTo("key");
        assertThat(btf.name(flows.valueType())).isEqualTo("value");
    }

    @Test
    void readsSizesWithoutTypes() {
        final MapSpec seen = map("seen");
        assertThat(seen.type()).isEqualTo(MapType.BLOOM_FILTER);
        assertThat(seen.keySize()).isZero();
        assertThat(seen.valueSize()).isEqualTo(12);
        assertThat(seen.extra()).isEqualTo(5);
        assertThat(seen.valueType()).isZero();
        assertThat(map("events").maxEntries()).isEqualTo(65536);
    }

    @Test
    void findsStaticMapsThroughTheirSection() {
        assertThat(map("counters").maxEntries()).isEqualTo(5);
        assertThat(TestObjects.program(object, "start").references())
                .extracting(reference -> ((Reference.ToMap) reference).map())
                .containsExactly("flows", "counters", "seen", "by_cookie", "events", "next", "outer");
    }

    @Test
    void fillsArraysOfMaps() {
        final MapSpec outer = map("outer");
        assertThat(outer.type()).isEqualTo(MapType.ARRAY_OF_MAPS);
        assertThat(outer.valueSize()).isEqualTo(4);
        assertThat(TestObjects.contents(outer)).containsExactly("01000000=inner_a", "03000000=inner_b");
        final MapSpec inner = Objects.requireNonNull(outer.inner());
        assertThat(inner.name()).isEqualTo("outer.inner");
        assertThat(inner.type()).isEqualTo(MapType.ARRAY);
        assertThat(inner.keySize()).isEqualTo(4);
        assertThat(inner.valueSize()).isEqualTo(8);
        assertThat(inner.maxEntries()).isEqualTo(4);
    }

    @Test
    void readsInnerMapsOfHashes() {
        final MapSpec outer = map("by_cookie");
        assertThat(outer.keySize()).isEqualTo(8);
        assertThat(outer.contents()).isEmpty();
        final MapSpec inner = Objects.requireNonNull(outer.inner());
        assertThat(inner.type()).isEqualTo(MapType.HASH);
        assertThat(inner.maxEntries()).isEqualTo(2);
    }

    @Test
    void fillsProgramArrays() {
        assertThat(map("next").maxEntries()).isEqualTo(3);
        assertThat(TestObjects.contents(map("next"))).containsExactly("02000000=last");
    }
}
