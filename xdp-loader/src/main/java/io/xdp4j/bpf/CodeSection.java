package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.BtfExt;
import io.xdp4j.bpf.btf.CoreRelocation;
import io.xdp4j.bpf.elf.ElfSection;
import io.xdp4j.bpf.elf.ElfSymbol;
import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import io.xdp4j.bpf.format.SourceLine;
import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** A section of instructions: its functions, and what its instructions refer to. Slots count from its start. */
final class CodeSection {

    static final int SLOT_BYTES = 8;

    private static final int CALL = Opcode.CLASS_JMP | Opcode.CALL;

    /** What an instruction refers to, as relocations say. */
    sealed interface Target {

        /** A function that it calls, or takes the address of. */
        record ToFunction(ObjectFunction function) implements Target {}

        /** Something that an engine will put there. */
        record ToName(Reference reference) implements Target {}
    }

    private final ElfSection section;
    private final long[] code;
    private final List<ObjectFunction> functions = new ArrayList<>();
    private final Int2ObjectHashMap<ObjectFunction> byStart = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<Target> targets = new Int2ObjectHashMap<>();
    private NavigableMap<Integer, SourceLine> lines = new TreeMap<>();
    private final NavigableMap<Integer, CoreRelocation> coreRelocations = new TreeMap<>();

    CodeSection(final ElfSection section, final ObjectSymbols symbols) {
        this.section = section;
        final ByteReader content = section.content();
        if (content.length() % SLOT_BYTES != 0) {
            throw content.error(
                    "code is not a multiple of " + SLOT_BYTES + " bytes: length=" + content.length() + " bytes", -1);
        }
        this.code = new long[content.length() / SLOT_BYTES];
        content.view().asLongBuffer().get(code);
        addFunctions(symbols.in(section));
    }

    private void addFunctions(final List<ElfSymbol> named) {
        List<ElfSymbol> symbols = named.stream()
                .filter(symbol -> symbol.type() == ElfSymbol.FUNCTION)
                .sorted(Comparator.comparingLong(ElfSymbol::value))
                .toList();
        if (symbols.isEmpty()) {
            // Compilers before LLVM 8 gave functions neither type nor size.
            symbols = named.stream()
                    .filter(symbol -> symbol.type() == ElfSymbol.NOTYPE)
                    .sorted(Comparator.comparingLong(ElfSymbol::value))
                    .toList();
        }
        long end = section.content().length();
        final long[] ends = new long[symbols.size()];
        for (int index = symbols.size() - 1; index >= 0; index--) {
            final boolean alias = index + 1 < ends.length
                    && symbols.get(index + 1).value() == symbols.get(index).value();
            ends[index] = alias ? ends[index + 1] : end;
            end = symbols.get(index).value();
        }
        for (int index = 0; index < ends.length; index++) {
            final ElfSymbol symbol = symbols.get(index);
            addFunction(symbol, symbol.size() > 0 ? symbol.size() : ends[index] - symbol.value());
        }
        if (symbols.isEmpty() && code.length > 0) {
            add(new ObjectFunction(section.name(), this, 0, code.length, true, false));
        }
    }

    private void addFunction(final ElfSymbol symbol, final long length) {
        final long offset = symbol.value();
        if (offset % SLOT_BYTES != 0 || length % SLOT_BYTES != 0) {
            throw section.content()
                    .error(
                            "function is not aligned to instructions: function=" + symbol.name() + ", length=" + length
                                    + " bytes",
                            offset);
        }
        if (offset < 0 || length <= 0 || length > section.content().length() - offset) {
            throw section.content()
                    .error(
                            "function runs past its section: function=" + symbol.name() + ", length=" + length
                                    + " bytes, section size=" + section.size() + " bytes",
                            offset);
        }
        add(new ObjectFunction(
                symbol.name(),
                this,
                (int) (offset / SLOT_BYTES),
                (int) (length / SLOT_BYTES),
                !symbol.isLocal(),
                symbol.visibility() == ElfSymbol.HIDDEN || symbol.visibility() == ElfSymbol.INTERNAL));
    }

    private void add(final ObjectFunction function) {
        functions.add(function);
        final ObjectFunction before = byStart.get(function.start);
        if (before == null || !before.visible) {
            byStart.put(function.start, function);
        }
    }

    /** Takes source lines and CO-RE relocations from an object's {@code .BTF.ext}. */
    void annotate(final BtfExt ext) {
        lines = ext.lines(name());
        for (final CoreRelocation relocation : ext.relocations(name())) {
            if (relocation.pc() >= code.length) {
                throw error("CO-RE relocation past the end of its section", relocation.pc());
            }
            if (coreRelocations.putIfAbsent(relocation.pc(), relocation) != null) {
                throw error("two CO-RE relocations of one instruction", relocation.pc());
            }
        }
    }

    String name() {
        return section.name();
    }

    /** Whether it holds functions to be called, rather than programs. */
    boolean isText() {
        return name().equals(".text") || name().startsWith(".text.");
    }

    ElfSection section() {
        return section;
    }

    int length() {
        return code.length;
    }

    long slot(final int slot) {
        return code[slot];
    }

    /** Slots of the instruction at a slot. */
    int width(final int slot) {
        return InsnSlot.isWide(code[slot]) ? 2 : 1;
    }

    /** Functions by where they start. */
    List<ObjectFunction> functions() {
        return Collections.unmodifiableList(functions);
    }

    void refer(final int slot, final Target target) {
        if (targets.putIfAbsent(slot, target) != null) {
            throw error("two relocations of one instruction", slot);
        }
    }

    @Nullable
    Target target(final int slot) {
        return targets.get(slot);
    }

    static boolean isCall(final long slot) {
        return InsnSlot.opcode(slot) == CALL;
    }

    /** The function that the instruction at a slot calls or takes the address of, or null. */
    @Nullable
    ObjectFunction callee(final int slot) {
        final Target target = targets.get(slot);
        if (target != null) {
            return target instanceof Target.ToFunction(ObjectFunction function) ? function : null;
        }
        final long instruction = code[slot];
        final boolean local = isCall(instruction)
                ? InsnSlot.src(instruction) == Opcode.CALL_SUBPROGRAM
                : InsnSlot.isWide(instruction) && InsnSlot.src(instruction) == Opcode.PSEUDO_FUNC;
        return local ? functionAt(((long) slot + InsnSlot.imm(instruction) + 1) * SLOT_BYTES, this, slot) : null;
    }

    /**
     * The function that starts at an offset in bytes.
     *
     * @param from section of the instruction that wants it
     * @param slot of the instruction that wants it
     */
    ObjectFunction functionAt(final long offset, final CodeSection from, final int slot) {
        final ObjectFunction function = functionAt(offset);
        if (function == null) {
            throw from.error("no function starts where it is called: section=" + name() + ", at=" + offset, slot);
        }
        return function;
    }

    /** The function that starts at an offset in bytes, or null. */
    @Nullable
    ObjectFunction functionAt(final long offset) {
        final long slot = offset / SLOT_BYTES;
        return offset < 0 || offset % SLOT_BYTES != 0 || slot >= code.length ? null : byStart.get((int) slot);
    }

    NavigableMap<Integer, SourceLine> lines(final ObjectFunction function) {
        return lines.subMap(function.start, true, function.start + function.length, false);
    }

    NavigableMap<Integer, CoreRelocation> coreRelocations(final ObjectFunction function) {
        return coreRelocations.subMap(function.start, true, function.start + function.length, false);
    }

    /** The exception for an instruction. */
    ObjectFileException error(final String reason, final int slot) {
        return section.content().error(reason + ": pc=" + slot, (long) slot * SLOT_BYTES);
    }
}
