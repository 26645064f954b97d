package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfKind;
import io.xdp4j.bpf.btf.BtfLinkage;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.elf.ElfSymbol;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sections of global variables, as array maps of one entry. */
final class GlobalSections {

    /** Largest section, in bytes: one of zeros takes no room in the file, so the file's length is no limit. */
    private static final int MAX_SIZE = 64 << 20;

    static final int KEY_SIZE = 4;

    private GlobalSections() {}

    /** What kind of variables a section holds, or null if it holds none or nothing at all. */
    static MapSpec.@Nullable Global kind(final ElfSection section) {
        if (section.size() == 0) {
            return null;
        }
        return switch (section.type()) {
            case ElfSection.PROGBITS -> {
                if (isNamed(section, ".rodata")) {
                    yield MapSpec.Global.RODATA;
                }
                yield isNamed(section, ".data") ? MapSpec.Global.DATA : null;
            }
            case ElfSection.NOBITS -> isNamed(section, ".bss") ? MapSpec.Global.BSS : null;
            default -> null;
        };
    }

    private static boolean isNamed(final ElfSection section, final String name) {
        return section.name().equals(name) || section.name().startsWith(name + ".");
    }

    /** The map that stands for a section; that of a {@code .bss} section has no contents, it starts at zero. */
    static MapSpec map(
            final ElfSection section,
            final MapSpec.Global kind,
            final @Nullable Btf btf,
            final List<SectionVariable> variables) {
        if (section.size() > MAX_SIZE) {
            throw section.content()
                    .error("section too large: size=" + section.size() + " bytes (at most " + MAX_SIZE + ")", -1);
        }
        final int size = (int) section.size();
        final List<MapSpec.Entry> contents = kind == MapSpec.Global.BSS
                ? List.of()
                : List.of(new MapSpec.Entry.Bytes(
                        new byte[KEY_SIZE], section.content().bytes(0, size, section.name())));
        return map(section.name(), kind, size, contents, btf, flags(kind, variables));
    }

    static MapSpec map(
            final String name,
            final MapSpec.Global kind,
            final int size,
            final List<MapSpec.Entry> contents,
            final @Nullable Btf btf,
            final int flags) {
        final int valueType = btf == null ? 0 : btf.findByName(name, BtfKind.DATASEC);
        return new MapSpec(
                name, MapType.ARRAY, KEY_SIZE, size, 1, flags, 0, false, null, contents, kind, btf, 0, valueType);
    }

    /** Sections with a variable that others may see can be mapped into user space, as libbpf has it. */
    private static int flags(final MapSpec.Global kind, final List<SectionVariable> variables) {
        final boolean visible = variables.stream().anyMatch(variable -> variable.linkage() != BtfLinkage.STATIC);
        return (kind == MapSpec.Global.RODATA ? MapSpec.RDONLY_PROG : 0) | (visible ? MapSpec.MMAPABLE : 0);
    }

    /** The variables in a section: from its types, or from the symbol table where it has none. */
    static List<BpfObject.Variable> variables(
            final ElfSection section, final List<SectionVariable> typed, final ObjectSymbols symbols) {
        final List<BpfObject.Variable> variables = new ArrayList<>();
        for (final SectionVariable variable : typed) {
            variables.add(new BpfObject.Variable(
                    variable.name(), section.name(), variable.offset(), variable.size(), variable.typeId()));
        }
        if (variables.isEmpty()) {
            for (final ElfSymbol symbol : symbols.in(section)) {
                if (symbol.type() == ElfSymbol.OBJECT
                        && symbol.value() >= 0
                        && symbol.size() > 0
                        && symbol.size() <= section.size()
                        && symbol.value() <= section.size() - symbol.size()) {
                    variables.add(new BpfObject.Variable(
                            symbol.name(), section.name(), (int) symbol.value(), (int) symbol.size(), 0));
                }
            }
        }
        return variables;
    }
}
