package io.xdp4j.bpf;

import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.format.ObjectFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** The maps of an object while it is read: by name, and by where in the file they stand. */
final class ObjectMaps {

    /** Names in a message: a hostile file may declare very many maps. */
    private static final int NAMES_SHOWN = 32;

    private final ElfFile elf;
    private final Map<String, MapSpec> specs = new LinkedHashMap<>();
    private final Int2ObjectHashMap<NavigableMap<Long, Place>> declared = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<String> globals = new Int2ObjectHashMap<>();

    /**
     * Where a declared map stands.
     *
     * @param map its name
     * @param offset bytes from the start of the section
     * @param size bytes of the declaration, initial values included
     * @param valuesOffset where in the declaration its initial values begin, or -1 if it takes none
     */
    record Place(String map, long offset, long size, int valuesOffset) {}

    ObjectMaps(final ElfFile elf) {
        this.elf = elf;
    }

    /** Adds a map that a section declares. */
    void declare(final ElfSection section, final Place place, final MapSpec spec) {
        add(spec);
        declared.computeIfAbsent(section.index(), _ -> new TreeMap<>()).put(place.offset(), place);
    }

    /** Adds the map that stands for a section of global variables. */
    void addGlobal(final ElfSection section, final MapSpec spec) {
        add(spec);
        globals.put(section.index(), spec.name());
    }

    /** Adds a map that stands nowhere in the file. */
    void add(final MapSpec spec) {
        if (specs.putIfAbsent(spec.name(), spec) != null) {
            throw elf.error("two maps of one name: map=" + spec.name());
        }
    }

    /** Puts another spec in the place of the one with the same name. */
    void replace(final MapSpec spec) {
        specs.put(spec.name(), spec);
    }

    /** Whether the section of that index declares maps. */
    boolean declaresIn(final int section) {
        return declared.containsKey(section);
    }

    /** The declaration that starts at an offset of a section, or null. */
    @Nullable
    Place startingAt(final ElfSection section, final long offset) {
        final NavigableMap<Long, Place> places = declared.get(section.index());
        return places == null ? null : places.get(offset);
    }

    /** The declaration that an offset of a section lies in, or null. */
    @Nullable
    Place around(final ElfSection section, final long offset) {
        final NavigableMap<Long, Place> places = declared.get(section.index());
        final Map.Entry<Long, Place> entry = places == null ? null : places.floorEntry(offset);
        return entry == null || offset - entry.getKey() >= entry.getValue().size() ? null : entry.getValue();
    }

    /** Name of the map that stands for a section of global variables, or null. */
    @Nullable
    String global(final ElfSection section) {
        return globals.get(section.index());
    }

    @Nullable
    MapSpec get(final String name) {
        return specs.get(name);
    }

    Map<String, MapSpec> specs() {
        return specs;
    }

    /** Names of the declared maps, or of the first of them, for messages. */
    String declaredNames() {
        final List<String> names = specs.values().stream()
                .filter(spec -> spec.global() == null)
                .map(MapSpec::name)
                .toList();
        if (names.isEmpty()) {
            return "none";
        }
        final int more = Math.max(0, names.size() - NAMES_SHOWN);
        return String.join(", ", names.subList(0, names.size() - more)) + (more == 0 ? "" : " and " + more + " more");
    }

    /**
     * The exception for a map declaration.
     *
     * @param details what there is to say after the map's name, beginning with a comma or a blank; may be empty
     */
    static ObjectFileException fault(
            final ElfSection section, final String map, final String reason, final String details, final long offset) {
        return section.content().error("map " + reason + ": map=" + map + details, offset);
    }
}
