package io.xdp4j.bpf;

import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.elf.ElfSymbol;
import io.xdp4j.bpf.elf.Relocation;
import io.xdp4j.bpf.insn.InsnSlot;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** Finds out what the relocations of an object mean: maps, variables, functions, the kernel's symbols. */
final class ReferenceResolver {

    private final ElfFile elf;
    private final ObjectSymbols symbols;
    private final ObjectMaps maps;
    private final Externs externs;
    private final Int2ObjectHashMap<CodeSection> code;

    /**
     * Makes a resolver.
     *
     * @param code sections of code by index
     */
    ReferenceResolver(
            final ElfFile elf,
            final ObjectSymbols symbols,
            final ObjectMaps maps,
            final Externs externs,
            final Int2ObjectHashMap<CodeSection> code) {
        this.elf = elf;
        this.symbols = symbols;
        this.maps = maps;
        this.externs = externs;
        this.code = code;
    }

    /** Resolves all relocations of code. */
    void resolve() {
        for (final ElfSection section : elf.sections()) {
            if (section.type() == ElfSection.REL || section.type() == ElfSection.RELA) {
                final CodeSection target = code.get(section.info());
                if (target != null) {
                    for (final Relocation relocation : elf.relocations(section)) {
                        resolve(target, relocation);
                    }
                }
            }
        }
    }

    private void resolve(final CodeSection section, final Relocation relocation) {
        if (relocation.offset() % CodeSection.SLOT_BYTES != 0) {
            throw section.section().content().error("relocation is not at an instruction", relocation.offset());
        }
        final int slot = (int) (relocation.offset() / CodeSection.SLOT_BYTES);
        final long instruction = section.slot(slot);
        final ElfSymbol symbol = symbols.get(relocation.symbol());
        if (CodeSection.isCall(instruction)) {
            section.refer(slot, callTarget(section, slot, symbol));
        } else if (InsnSlot.isWide(instruction)) {
            if (slot + 1 >= section.length()) {
                throw section.error("64-bit load is cut short", slot);
            }
            section.refer(slot, loadTarget(section, slot, symbol));
        } else {
            throw section.error(
                    "relocation of an instruction that takes none: type=" + relocation.type() + ", symbol="
                            + symbol.name() + ", opcode=0x" + Integer.toHexString(InsnSlot.opcode(instruction)),
                    slot);
        }
    }

    private CodeSection.Target callTarget(final CodeSection section, final int slot, final ElfSymbol symbol) {
        if (symbol.isUndefined()) {
            if (externs.isKernelFunction(symbol.name())) {
                return new CodeSection.Target.ToName(new Reference.ToKfunc(slot, symbol.name(), symbol.isWeak()));
            }
            throw elf.error("unresolved function: function=" + symbol.name() + ", section=" + section.name() + ", pc="
                    + slot + " (define it, or declare it with __ksym)");
        }
        final CodeSection callee = code.get(symbol.section());
        if (callee == null) {
            throw section.error("call of something that is no function: symbol=" + describe(symbol), slot);
        }
        final long distance = (InsnSlot.imm(section.slot(slot)) + 1L) * CodeSection.SLOT_BYTES;
        return new CodeSection.Target.ToFunction(callee.functionAt(symbol.value() + distance, section, slot));
    }

    private CodeSection.Target loadTarget(final CodeSection section, final int slot, final ElfSymbol symbol) {
        if (symbol.isUndefined()) {
            return new CodeSection.Target.ToName(external(section, slot, symbol));
        }
        final long place = symbol.value() + InsnSlot.imm(section.slot(slot));
        final CodeSection callee = code.get(symbol.section());
        if (callee != null) {
            return new CodeSection.Target.ToFunction(callee.functionAt(place, section, slot));
        }
        final ElfSection target = symbol.isDefined() ? elf.sections().get(symbol.section()) : null;
        final Reference reference = target == null ? null : mapReference(section, slot, target, place);
        if (reference == null) {
            throw unresolved(section, slot, describe(symbol));
        }
        return new CodeSection.Target.ToName(reference);
    }

    private @Nullable Reference mapReference(
            final CodeSection section, final int slot, final ElfSection target, final long place) {
        final String global = maps.global(target);
        if (global != null) {
            if (place < 0 || place >= target.size()) {
                throw section.error(
                        "address outside of its section: section=" + global + ", at=" + place + ", size="
                                + target.size() + " bytes",
                        slot);
            }
            return new Reference.ToMapValue(slot, global, (int) place);
        }
        final ObjectMaps.Place declared = maps.startingAt(target, place);
        return declared == null ? null : new Reference.ToMap(slot, declared.map());
    }

    private Reference external(final CodeSection section, final int slot, final ElfSymbol symbol) {
        final String name = symbol.name();
        final BpfObject.Variable setting = externs.setting(name);
        if (setting != null) {
            return new Reference.ToMapValue(slot, Externs.KCONFIG, setting.offset());
        }
        if (externs.isKernelVariable(name) || externs.isKernelFunction(name)) {
            return new Reference.ToKsym(slot, name, symbol.isWeak());
        }
        throw unresolved(section, slot, name);
    }

    private RuntimeException unresolved(final CodeSection section, final int slot, final String name) {
        return elf.error("unresolved map reference: map=" + name + ", section=" + section.name() + ", pc=" + slot
                + " (declared: " + maps.declaredNames() + ")");
    }

    private String describe(final ElfSymbol symbol) {
        if (!symbol.name().isEmpty()) {
            return symbol.name();
        }
        return symbol.isDefined() ? elf.sections().get(symbol.section()).name() : "#" + symbol.index();
    }
}
