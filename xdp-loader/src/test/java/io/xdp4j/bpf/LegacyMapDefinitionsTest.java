package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LegacyMapDefinitionsTest {

    @ParameterizedTest
    @ValueSource(strings = {"legacy.o", "legacy-without-types.o"})
    void readsStructsOfEveryLength(final String file) {
        final BpfObject object = TestObjects.parse(file);
        assertThat(object.maps()).containsOnlyKeys("calls", "inner", "outer", "flows", "longer");
        assertThat(TestObjects.map(object, "flows"))
                .extracting(MapSpec::type, MapSpec::keySize, MapSpec::valueSize, MapSpec::maxEntries, MapSpec::flags)
                .containsExactly(MapType.HASH, 8, 2, 64, MapSpec.NO_PREALLOC);
        assertThat(TestObjects.map(object, "longer").type()).isEqualTo(MapType.LRU_HASH);
        assertThat(TestObjects.map(object, "calls").pinByName()).isTrue();
        assertThat(TestObjects.map(object, "inner").pinByName()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy.o", "legacy-without-types.o"})
    void connectsInnerMapsByTheirIds(final String file) {
        final MapSpec outer = TestObjects.map(TestObjects.parse(file), "outer");
        assertThat(Objects.requireNonNull(outer.inner()).name()).isEqualTo("inner");
        assertThat(Objects.requireNonNull(outer.inner()).valueSize()).isEqualTo(8);
        assertThat(TestObjects.contents(outer)).containsExactly("03000000=inner");
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy.o", "legacy-without-types.o"})
    void fillsProgramArraysFromNumberedSections(final String file) {
        final BpfObject object = TestObjects.parse(file);
        assertThat(TestObjects.contents(TestObjects.map(object, "calls")))
                .containsExactly("01000000=tail_one", "10000000=tail_sixteen");
        assertThat(TestObjects.program(object, "tail_one").type()).isEqualTo(ProgramType.UNSPEC);
        assertThat(TestObjects.program(object, "entry").references())
                .extracting(reference -> ((Reference.ToMap) reference).map())
                .containsExactly("flows", "longer", "outer", "inner", "calls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy.o"})
    void findsAnnotatedTypes(final String file) {
        final MapSpec flows = TestObjects.map(TestObjects.parse(file), "flows");
        final var btf = Objects.requireNonNull(flows.btf());
        assertThat(btf.name(flows.keyType())).isEqualTo("flow_key");
        assertThat(btf.name(flows.valueType())).isEqualTo("short");
    }
}
