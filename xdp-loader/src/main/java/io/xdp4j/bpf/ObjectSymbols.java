package io.xdp4j.bpf;

import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.elf.ElfSymbol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** The symbols of an object that name something in one of its sections, by section. */
final class ObjectSymbols {

    /** Limits the memory that names take; large objects have some ten thousand symbols. */
    private static final int MAX_SYMBOLS = 1 << 18;

    private final ElfFile elf;
    private final Int2ObjectHashMap<List<ElfSymbol>> bySection = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<Map<String, ElfSymbol>> byName = new Int2ObjectHashMap<>();

    ObjectSymbols(final ElfFile elf) {
        this.elf = elf;
        final int count = elf.symbolCount();
        if (count > MAX_SYMBOLS) {
            throw elf.error("too many symbols: symbols=" + count + " (at most " + MAX_SYMBOLS + ")");
        }
        for (int index = 1; index < count; index++) {
            final ElfSymbol symbol = elf.symbol(index);
            if (symbol.isDefined() && !isLabel(symbol)) {
                bySection
                        .computeIfAbsent(symbol.section(), _ -> new ArrayList<>())
                        .add(symbol);
                byName.computeIfAbsent(symbol.section(), _ -> new HashMap<>()).putIfAbsent(symbol.name(), symbol);
            }
        }
    }

    /** Jump targets and sections: nothing that a program could mean by name. */
    private static boolean isLabel(final ElfSymbol symbol) {
        return symbol.name().isEmpty()
                || symbol.type() > ElfSymbol.FUNCTION
                || (symbol.type() == ElfSymbol.NOTYPE && symbol.isLocal());
    }

    /** The symbol at an index of the symbol table, of whatever kind. */
    ElfSymbol get(final int index) {
        return elf.symbol(index);
    }

    /** Named symbols in a section, in the order of the symbol table. */
    List<ElfSymbol> in(final ElfSection section) {
        return bySection.getOrDefault(section.index(), List.of());
    }

    /** The first symbol of that name in a section, or null. */
    @Nullable
    ElfSymbol named(final ElfSection section, final String name) {
        return byName.getOrDefault(section.index(), Map.of()).get(name);
    }
}
