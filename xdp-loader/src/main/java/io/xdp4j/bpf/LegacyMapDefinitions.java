package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfKind;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.elf.ElfSymbol;
import io.xdp4j.bpf.format.ByteReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Maps that an object defines by structs of numbers in section {@code maps}, one to a symbol.
 *
 * <pre>
 *   struct bpf_map_def (libbpf before 1.0)   type key_size value_size max_entries map_flags              20 bytes
 *   struct bpf_elf_map (iproute2 before 4.14) … and id pinning                                            28 bytes
 *   struct bpf_elf_map (iproute2)            … and inner_id inner_idx                                     36 bytes
 * </pre>
 *
 * <p>The flags may be missing. Whatever follows the longest of these that fits must be zero, and so must a word that has
 * no meaning for its map: other loaders had other words there. Maps of maps name their inner map by {@code inner_id};
 * inner maps name the slot that they go to by {@code inner_idx}.
 */
final class LegacyMapDefinitions {

    private static final int LEAST_LENGTH = 16;
    private static final int FULL_LENGTH = 36;
    private static final int[] LENGTHS = {FULL_LENGTH, 28, 20, LEAST_LENGTH};

    /** {@code PIN_GLOBAL_NS}: higher numbers name folders in a table of the machine's. */
    private static final int LAST_PINNING = 2;

    /** {@code inner_idx} of a map that goes to no slot. */
    private static final int NO_SLOT = -1;

    private final ElfSection section;
    private final @Nullable Btf btf;
    private final ObjectMaps maps;
    private final List<Definition> definitions = new ArrayList<>();

    private record Definition(String map, int id, int innerId, int innerSlot) {}

    private LegacyMapDefinitions(final ElfSection section, final @Nullable Btf btf, final ObjectMaps maps) {
        this.section = section;
        this.btf = btf;
        this.maps = maps;
    }

    static boolean isSection(final ElfSection section) {
        return section.type() == ElfSection.PROGBITS
                && (section.name().equals("maps") || section.name().startsWith("maps/"));
    }

    /**
     * Reads all maps of the section.
     *
     * @return names of maps by id, for those that have one
     */
    static Map<Integer, String> read(
            final ElfSection section, final @Nullable Btf btf, final ObjectSymbols symbols, final ObjectMaps maps) {
        final LegacyMapDefinitions legacy = new LegacyMapDefinitions(section, btf, maps);
        final List<ElfSymbol> sorted = symbols.in(section).stream()
                .sorted(Comparator.comparingLong(ElfSymbol::value))
                .toList();
        for (int index = 0; index < sorted.size(); index++) {
            final ElfSymbol symbol = sorted.get(index);
            final long end = index + 1 < sorted.size() ? sorted.get(index + 1).value() : section.size();
            legacy.readOne(symbol, end - symbol.value());
        }
        legacy.connect();
        final Map<Integer, String> byId = new LinkedHashMap<>();
        for (final Definition definition : legacy.definitions) {
            if (definition.id != 0) {
                byId.putIfAbsent(definition.id, definition.map);
            }
        }
        return byId;
    }

    private void readOne(final ElfSymbol symbol, final long distance) {
        final String name = symbol.name();
        final long length = symbol.size() > 0 ? Math.min(symbol.size(), distance) : distance;
        if (symbol.value() < 0 || length < LEAST_LENGTH) {
            throw ObjectMaps.fault(
                    section,
                    name,
                    "definition too short",
                    ", length=" + length + " bytes (at least " + LEAST_LENGTH + ")",
                    symbol.value());
        }
        final ByteReader bytes = section.content().slice(symbol.value(), length, section.name(), "map definition");
        requireZeros(symbol, bytes);
        final MapType type = MapType.of(word(bytes, 0));
        if (type == null) {
            throw ObjectMaps.fault(
                    section,
                    name,
                    "definition has an unknown type",
                    ", type=" + Integer.toUnsignedLong(word(bytes, 0)),
                    symbol.value());
        }
        requireMeaning(symbol, type, bytes);
        final BtfType.@Nullable Struct types = types(name);
        final MapSpec spec = new MapSpec(
                name,
                type,
                size(name, "key_size", bytes, 4),
                size(name, "value_size", bytes, 8),
                size(name, "max_entries", bytes, 12),
                word(bytes, 16),
                0,
                word(bytes, 24) != 0,
                null,
                List.of(),
                null,
                btf,
                types == null ? 0 : types.members().get(0).typeId(),
                types == null ? 0 : types.members().get(1).typeId());
        maps.declare(section, new ObjectMaps.Place(name, symbol.value(), length, -1), spec);
        definitions.add(new Definition(
                name, word(bytes, 20), word(bytes, 28), length < FULL_LENGTH ? NO_SLOT : word(bytes, 32)));
    }

    private void requireZeros(final ElfSymbol symbol, final ByteReader bytes) {
        int known = 0;
        for (final int length : LENGTHS) {
            known = Math.max(known, length <= bytes.length() ? length : 0);
        }
        for (int at = known; at < bytes.length(); at++) {
            if (bytes.u8(at, "map definition") != 0) {
                throw ObjectMaps.fault(
                        section,
                        symbol.name(),
                        "definition is longer than known, and not zero there",
                        ", length=" + bytes.length() + " bytes (20, 28 and 36 are known)",
                        symbol.value() + at);
            }
        }
    }

    private void requireMeaning(final ElfSymbol symbol, final MapType type, final ByteReader bytes) {
        if (Integer.compareUnsigned(word(bytes, 24), LAST_PINNING) > 0) {
            throw ObjectMaps.fault(
                    section,
                    symbol.name(),
                    "definition has an unknown pinning",
                    ", pinning=" + Integer.toUnsignedLong(word(bytes, 24)) + " (at most " + LAST_PINNING + ")",
                    symbol.value() + 24);
        }
        if (word(bytes, 28) != 0 && !type.ofMaps()) {
            throw ObjectMaps.fault(
                    section,
                    symbol.name(),
                    "names an inner map but holds none",
                    ", type=" + type.label() + ", inner_id=" + Integer.toUnsignedLong(word(bytes, 28)),
                    symbol.value() + 28);
        }
    }

    /** A word of a definition, 0 where it is cut short. */
    private static int word(final ByteReader bytes, final int at) {
        return at + 4 <= bytes.length() ? bytes.s32(at, "map definition") : 0;
    }

    private int size(final String map, final String what, final ByteReader bytes, final int at) {
        final int number = word(bytes, at);
        if (number < 0) {
            throw ObjectMaps.fault(
                    section,
                    map,
                    "definition has a number out of range",
                    ", " + what + "=" + Integer.toUnsignedLong(number) + " (at most " + Integer.MAX_VALUE + ")",
                    -1);
        }
        return number;
    }

    /** The struct with key and value that {@code BPF_ANNOTATE_KV_PAIR} declares, or null. */
    private BtfType.@Nullable Struct types(final String map) {
        if (btf != null
                && btf.type(btf.findByName("____btf_map_" + map, BtfKind.STRUCT)) instanceof BtfType.Struct struct
                && struct.members().size() == 2) {
            return struct;
        }
        return null;
    }

    private void connect() {
        final Map<Integer, List<Definition>> byId = new LinkedHashMap<>();
        for (final Definition definition : definitions) {
            if (definition.id != 0) {
                byId.computeIfAbsent(definition.id, _ -> new ArrayList<>()).add(definition);
            }
        }
        // Computed once for each id: a hostile file may have many outer maps that share many inner ones.
        final Map<Integer, List<MapSpec.Entry>> entries = new HashMap<>();
        for (final Definition outer : definitions) {
            final MapSpec spec = Objects.requireNonNull(maps.get(outer.map));
            if (spec.type().ofMaps() && outer.innerId != 0) {
                final List<Definition> inners = byId.get(outer.innerId);
                if (inners == null) {
                    throw ObjectMaps.fault(
                            section,
                            outer.map,
                            "names an inner map that is not there",
                            ", inner_id=" + outer.innerId,
                            -1);
                }
                final MapSpec template = Objects.requireNonNull(maps.get(inners.getFirst().map));
                maps.replace(spec.withInner(template)
                        .withContents(entries.computeIfAbsent(outer.innerId, _ -> entries(inners))));
            }
        }
    }

    private static List<MapSpec.Entry> entries(final List<Definition> inners) {
        final List<MapSpec.Entry> entries = new ArrayList<>();
        for (final Definition inner : inners) {
            if (inner.innerSlot != NO_SLOT) {
                entries.add(new MapSpec.Entry.InnerMap(SlotKey.of(inner.innerSlot), inner.map));
            }
        }
        return List.copyOf(entries);
    }
}
