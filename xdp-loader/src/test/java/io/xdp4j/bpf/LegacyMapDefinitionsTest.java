package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.elf.ElfSymbol;
import io.xdp4j.bpf.format.ObjectFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.junit.jupiter.api.Test;
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

    /**
     * What an object with a changed definition gets.
     *
     * @param length of the definition in bytes, as its symbol says
     * @param at offset in the definition of a word that becomes {@code value}
     */
    private static String refusal(final String map, final int length, final int at, final int value) {
        final byte[] bytes = TestObjects.bytes("legacy.o");
        final ElfFile elf = ElfFile.parse("legacy.o", ByteBuffer.wrap(bytes));
        final ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int index = 1; index < elf.symbolCount(); index++) {
            final ElfSymbol symbol = elf.symbol(index);
            if (symbol.name().equals(map)) {
                final ElfSection table = Objects.requireNonNull(elf.section(".symtab"));
                file.putLong(start(file, table) + 24 * index + 16, length);
                file.putInt(start(file, elf.sections().get(symbol.section())) + (int) symbol.value() + at, value);
            }
        }
        try {
            BpfObject.parse("legacy.o", bytes);
        } catch (final ObjectFileException e) {
            return Objects.requireNonNull(e.getMessage());
        }
        return "accepted";
    }

    private static int start(final ByteBuffer file, final ElfSection section) {
        return (int) file.getLong((int) file.getLong(40) + 64 * section.index() + 24);
    }

    @Test
    void refusesWordsPastTheStructsThatItKnows() {
        assertThat(refusal("longer", 56, 40, 0)).isEqualTo("accepted");
        assertThat(refusal("longer", 56, 40, 1))
                .isEqualTo(
                        "map definition is longer than known, and not zero there: map=longer, length=56 bytes (20, 28"
                                + " and 36 are known): file=legacy.o, section=maps/longer, offset=40");
        assertThat(refusal("longer", 24, 20, 0)).isEqualTo("accepted");
        assertThat(refusal("longer", 24, 20, 1))
                .isEqualTo(
                        "map definition is longer than known, and not zero there: map=longer, length=24 bytes (20, 28"
                                + " and 36 are known): file=legacy.o, section=maps/longer, offset=20");
        assertThat(refusal("longer", 32, 28, 1))
                .startsWith("map definition is longer than known, and not zero there: ");
    }

    @Test
    void refusesWordsThatMeanNothingForTheirMap() {
        assertThat(refusal("longer", 28, 24, 2)).isEqualTo("accepted");
        assertThat(refusal("longer", 28, 24, 3))
                .isEqualTo("map definition has an unknown pinning: map=longer, pinning=3 (at most 2): file=legacy.o,"
                        + " section=maps/longer, offset=24");
        assertThat(refusal("longer", 56, 28, 7))
                .isEqualTo(
                        "map names an inner map but holds none: map=longer, type=lru_hash, inner_id=7: file=legacy.o,"
                                + " section=maps/longer, offset=28");
    }
}
