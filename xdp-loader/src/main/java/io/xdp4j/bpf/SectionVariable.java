package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfKind;
import io.xdp4j.bpf.btf.BtfLinkage;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.elf.ElfSymbol;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A variable as the types of an object describe it, at its place in its section.
 *
 * @param name its name
 * @param typeId type of its value
 * @param linkage static or global
 * @param offset bytes from the start of the section
 * @param size bytes
 */
record SectionVariable(String name, int typeId, BtfLinkage linkage, int offset, int size) {

    /**
     * The variables of a section, in the order of its type information; none if there is none.
     *
     * <p>The compiler writes the offsets of static variables into the type information; those of global ones stand in
     * the symbol table.
     */
    static List<SectionVariable> of(final @Nullable Btf btf, final ElfSection section, final ObjectSymbols symbols) {
        final List<SectionVariable> variables = new ArrayList<>();
        final int id = btf == null ? 0 : btf.findByName(section.name(), BtfKind.DATASEC);
        if (btf == null || id == 0 || !(btf.type(id) instanceof BtfType.Datasec datasec)) {
            return variables;
        }
        for (final BtfType.SectionVar place : datasec.vars()) {
            if (btf.type(place.typeId()) instanceof BtfType.Var variable) {
                final ElfSymbol symbol =
                        variable.linkage() == BtfLinkage.STATIC ? null : symbols.named(section, variable.name());
                final long offset = symbol == null ? place.offset() : symbol.value();
                if (offset < 0 || place.size() < 0 || offset > section.size() - place.size()) {
                    throw section.content()
                            .error(
                                    "variable runs past its section: variable=" + variable.name() + ", offset=" + offset
                                            + ", size=" + place.size() + " bytes, section size=" + section.size()
                                            + " bytes",
                                    -1);
                }
                variables.add(new SectionVariable(
                        variable.name(), variable.typeId(), variable.linkage(), (int) offset, place.size()));
            }
        }
        return variables;
    }
}
