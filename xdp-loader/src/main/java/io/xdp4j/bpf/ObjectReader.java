package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfExt;
import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.elf.ElfSymbol;
import io.xdp4j.bpf.elf.Relocation;
import io.xdp4j.bpf.format.ByteReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** Reads an object file from its sections to finished specs: maps first, then code, then what ties them together. */
final class ObjectReader {

    /** {@code 2/1}: slot 1 of the program array whose id is 2. */
    private static final Pattern TAIL_CALL_SECTION =
            Pattern.compile("(0x[0-9a-f]{1,7}|\\d{1,9})/(0x[0-9a-f]{1,7}|\\d{1,9})");

    private final ElfFile elf;
    private final @Nullable Btf btf;
    private final ObjectSymbols symbols;
    private final ObjectMaps maps;
    private final Externs externs;
    private final Map<String, BpfObject.Variable> variables = new LinkedHashMap<>();
    private final Map<Integer, String> mapsById = new HashMap<>();
    private final Int2ObjectHashMap<CodeSection> code = new Int2ObjectHashMap<>();
    private final Map<String, ProgramSpec> programs = new LinkedHashMap<>();

    ObjectReader(final ElfFile elf) {
        this.elf = elf.requireBpfObject();
        requireDisjointSections();
        final ElfSection types = stored(".BTF");
        this.btf = types == null ? null : Btf.parse(types.content(), null);
        this.symbols = new ObjectSymbols(elf);
        this.maps = new ObjectMaps(elf);
        this.externs = new Externs(elf.file(), btf);
    }

    BpfObject read() {
        readMaps();
        readCode();
        new ReferenceResolver(elf, symbols, maps, externs, code).resolve();
        final String license = license();
        linkPrograms(license);
        fillMaps();
        fillTailCalls();
        return new BpfObject(
                elf.file(),
                license,
                kernelVersion(),
                Collections.unmodifiableMap(programs),
                Collections.unmodifiableMap(maps.specs()),
                Collections.unmodifiableMap(variables),
                btf);
    }

    /** Sections that overlap could make a small file ask for a lot of memory. */
    private void requireDisjointSections() {
        long total = 0;
        for (final ElfSection section : elf.sections()) {
            total += section.content().length();
        }
        if (total > elf.length()) {
            throw elf.error("sections overlap: sections=" + total + " bytes, file=" + elf.length() + " bytes");
        }
    }

    private @Nullable ElfSection stored(final String name) {
        final ElfSection section = elf.section(name);
        if (section == null || section.content().length() == 0) {
            return null;
        }
        if ((section.flags() & ElfSection.COMPRESSED) != 0) {
            throw section.content().error("section is compressed", -1);
        }
        return section;
    }

    private String license() {
        final ElfSection section = stored("license");
        if (section == null) {
            return "";
        }
        final byte[] bytes =
                section.content().bytes(0, Math.min(section.content().length(), 128), "license");
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private int kernelVersion() {
        final ElfSection section = stored("version");
        return section == null ? 0 : section.content().s32(0, "version");
    }

    private void readMaps() {
        for (final ElfSection section : elf.sections()) {
            if (section.type() == ElfSection.PROGBITS && section.name().equals(MapDefinitions.SECTION)) {
                MapDefinitions.read(section, btf, symbols, maps);
            } else if (LegacyMapDefinitions.isSection(section)) {
                LegacyMapDefinitions.read(section, btf, symbols, maps).forEach(mapsById::putIfAbsent);
            }
        }
        for (final ElfSection section : elf.sections()) {
            final MapSpec.Global kind = GlobalSections.kind(section);
            if (kind != null) {
                final List<SectionVariable> typed = SectionVariable.of(btf, section, symbols);
                maps.addGlobal(section, GlobalSections.map(section, kind, btf, typed));
                GlobalSections.variables(section, typed, symbols).forEach(this::addVariable);
            }
        }
        final MapSpec configuration = externs.map();
        if (configuration != null) {
            maps.add(configuration);
            externs.settings().forEach(this::addVariable);
        }
    }

    private void addVariable(final BpfObject.Variable variable) {
        variables.putIfAbsent(variable.name(), variable);
    }

    private void readCode() {
        final ElfSection section = stored(".BTF.ext");
        final BtfExt ext = section == null || btf == null ? null : BtfExt.parse(section.content(), btf);
        for (final ElfSection candidate : elf.sections()) {
            if (candidate.isCode() && candidate.content().length() > 0) {
                final CodeSection read = new CodeSection(candidate, symbols);
                // Lines are found by name: of two sections of one name, they are the first one's.
                if (ext != null && isFirstOfItsName(candidate)) {
                    read.annotate(ext);
                }
                code.put(candidate.index(), read);
            }
        }
    }

    private boolean isFirstOfItsName(final ElfSection section) {
        final ElfSection first = elf.section(section.name());
        return first != null && first.index() == section.index();
    }

    private void linkPrograms(final String license) {
        final List<ObjectFunction> mains = new ArrayList<>();
        final List<ObjectFunction> others = new ArrayList<>();
        for (final ElfSection section : elf.sections()) {
            final CodeSection functions = code.get(section.index());
            if (functions != null) {
                for (final ObjectFunction function : functions.functions()) {
                    if (function.visible) {
                        (functions.isText() ? others : mains).add(function);
                    }
                }
            }
        }
        final ProgramLinker linker = new ProgramLinker(elf, license, btf);
        // An object with nothing but .text means its functions to be programs.
        for (final ObjectFunction main : mains.isEmpty() ? others : mains) {
            if (programs.containsKey(main.name)) {
                throw elf.error("two programs of one name: program=" + main.name);
            }
            programs.put(main.name, linker.link(main));
        }
    }

    /** Applies the relocations of map declarations: initial inner maps and programs. */
    private void fillMaps() {
        for (final ElfSection section : elf.sections()) {
            if (section.type() == ElfSection.REL && maps.declaresIn(section.info())) {
                fillMaps(elf.target(section), elf.relocations(section));
            }
        }
    }

    private void fillMaps(final ElfSection section, final List<Relocation> relocations) {
        final Map<String, List<MapSpec.Entry>> contents = new LinkedHashMap<>();
        for (final Relocation relocation : relocations) {
            final ObjectMaps.Place place = maps.around(section, relocation.offset());
            final int slot = place == null ? -1 : MapDefinitions.slot(place, relocation.offset());
            if (place == null || slot < 0) {
                throw section.content().error("relocation is not at an initial value of a map", relocation.offset());
            }
            contents.computeIfAbsent(place.map(), _ -> new ArrayList<>())
                    .add(entry(section, relocation, place.map(), slot));
        }
        contents.forEach((map, entries) ->
                maps.replace(Objects.requireNonNull(maps.get(map)).withContents(entries)));
    }

    private MapSpec.Entry entry(
            final ElfSection section, final Relocation relocation, final String map, final int slot) {
        final ByteReader content = section.content();
        final ElfSymbol symbol = symbols.get(relocation.symbol());
        final long place = symbol.value() + content.s64(relocation.offset(), "initial value");
        final MapSpec spec = Objects.requireNonNull(maps.get(map));
        if (symbol.isDefined() && spec.type() == MapType.PROG_ARRAY) {
            final String program = programAt(code.get(symbol.section()), place);
            if (program != null) {
                return new MapSpec.Entry.InnerProgram(SlotKey.of(slot), program);
            }
        }
        if (symbol.isDefined() && spec.type().ofMaps()) {
            final ObjectMaps.Place inner = maps.startingAt(elf.sections().get(symbol.section()), place);
            if (inner != null) {
                return new MapSpec.Entry.InnerMap(SlotKey.of(slot), inner.map());
            }
        }
        throw ObjectMaps.fault(
                section,
                map,
                "has an initial value that is neither map nor program",
                ", symbol=" + symbol.name() + ", slot=" + slot,
                relocation.offset());
    }

    private @Nullable String programAt(final @Nullable CodeSection section, final long offset) {
        final ObjectFunction function = section == null ? null : section.functionAt(offset);
        return function != null && programs.containsKey(function.name) ? function.name : null;
    }

    /** Puts programs of numbered sections into the program arrays that their names mean. */
    private void fillTailCalls() {
        final Map<String, List<MapSpec.Entry>> contents = new LinkedHashMap<>();
        for (final ProgramSpec program : programs.values()) {
            final Matcher numbers = TAIL_CALL_SECTION.matcher(program.section());
            if (numbers.matches()) {
                final MapSpec map = maps.get(mapsById.getOrDefault(Integer.decode(numbers.group(1)), ""));
                if (map != null && map.type() == MapType.PROG_ARRAY) {
                    contents.computeIfAbsent(map.name(), _ -> new ArrayList<>())
                            .add(new MapSpec.Entry.InnerProgram(
                                    SlotKey.of(Integer.decode(numbers.group(2))), program.name()));
                }
            }
        }
        contents.forEach((map, entries) ->
                maps.replace(Objects.requireNonNull(maps.get(map)).withContents(entries)));
    }
}
