package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.CoreRelocation;
import io.xdp4j.bpf.elf.ElfFile;
import io.xdp4j.bpf.format.SourceLine;
import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes complete programs: puts every function that a program reaches behind it, once, and adjusts calls, references,
 * lines and relocations to where things have gone.
 */
final class ProgramLinker {

    /** The kernel's limit for one program, in slots: {@code BPF_COMPLEXITY_LIMIT_INSNS}. */
    private static final int MAX_PROGRAM_LENGTH = 1_000_000;

    /** Limit for all programs of an object, in slots: each has its own copy of the functions that it shares. */
    private static final int MAX_TOTAL_LENGTH = 4_000_000;

    private final ElfFile elf;
    private final String license;
    private final @Nullable Btf btf;
    private int totalLength;

    ProgramLinker(final ElfFile elf, final String license, final @Nullable Btf btf) {
        this.elf = elf;
        this.btf = btf;
        this.license = license;
    }

    ProgramSpec link(final ObjectFunction main) {
        final Map<ObjectFunction, Integer> places = place(main);
        int length = 0;
        for (final ObjectFunction function : places.keySet()) {
            length += function.length;
        }
        final Linked linked = new Linked(new long[length], places);
        places.forEach(linked::add);
        final SectionNames.Kind kind = SectionNames.kind(main.section.name());
        return new ProgramSpec(
                main.name,
                main.section.name(),
                kind.type(),
                kind.attachType(),
                kind.frags(),
                license,
                linked.code,
                Collections.unmodifiableList(linked.references),
                Collections.unmodifiableList(linked.subprograms),
                Collections.unmodifiableNavigableMap(linked.lines),
                Collections.unmodifiableList(linked.coreRelocations),
                Collections.emptyNavigableMap(),
                btf);
    }

    /** Where each reachable function goes, in libbpf's order: each behind all that was met before its first mention. */
    private Map<ObjectFunction, Integer> place(final ObjectFunction main) {
        final Map<ObjectFunction, Integer> places = new LinkedHashMap<>();
        final Deque<Iterator<ObjectFunction>> open = new ArrayDeque<>();
        int length = append(places, main, 0);
        open.push(main.callees().iterator());
        while (!open.isEmpty()) {
            final Iterator<ObjectFunction> callees = open.getFirst();
            if (!callees.hasNext()) {
                open.pop();
                continue;
            }
            final ObjectFunction callee = callees.next();
            if (!places.containsKey(callee)) {
                length = append(places, callee, length);
                open.push(callee.callees().iterator());
            }
        }
        return places;
    }

    private int append(final Map<ObjectFunction, Integer> places, final ObjectFunction function, final int at) {
        places.put(function, at);
        totalLength += function.length;
        final int length = at + function.length;
        if (length > MAX_PROGRAM_LENGTH || totalLength > MAX_TOTAL_LENGTH) {
            throw elf.error("programs too long: function=" + function.name + " (at most " + MAX_PROGRAM_LENGTH
                    + " instructions in a program, " + MAX_TOTAL_LENGTH + " in an object)");
        }
        return length;
    }

    /** A program as it grows. */
    private static final class Linked {

        private final long[] code;
        private final Map<ObjectFunction, Integer> places;
        private final List<Reference> references = new ArrayList<>();
        private final List<Subprogram> subprograms = new ArrayList<>();
        private final NavigableMap<Integer, SourceLine> lines = new TreeMap<>();
        private final List<CoreRelocation> coreRelocations = new ArrayList<>();

        Linked(final long[] code, final Map<ObjectFunction, Integer> places) {
            this.code = code;
            this.places = places;
        }

        void add(final ObjectFunction function, final int place) {
            final CodeSection section = function.section;
            final int shift = place - function.start;
            subprograms.add(
                    new Subprogram(function.name, place, function.length, function.visible && !function.hidden));
            for (int slot = function.start; slot < function.start + function.length; slot++) {
                code[slot + shift] = section.slot(slot);
            }
            for (int slot = function.start; slot < function.start + function.length; slot += section.width(slot)) {
                adjust(section, slot, slot + shift);
            }
            section.lines(function).forEach((slot, line) -> lines.put(slot + shift, line));
            section.coreRelocations(function)
                    .forEach((slot, relocation) -> coreRelocations.add(relocation.at(slot + shift)));
        }

        private void adjust(final CodeSection section, final int slot, final int pc) {
            final ObjectFunction callee = section.callee(slot);
            if (callee != null) {
                final int source = CodeSection.isCall(code[pc]) ? Opcode.CALL_SUBPROGRAM : Opcode.PSEUDO_FUNC;
                final int distance = Objects.requireNonNull(places.get(callee)) - pc - 1;
                code[pc] = InsnSlot.withImm(InsnSlot.withSrc(code[pc], source), distance);
                return;
            }
            if (section.target(slot) instanceof CodeSection.Target.ToName(Reference reference)) {
                refer(reference, pc);
            }
        }

        /** Puts nothing of the object's own addresses into the code: an engine puts its own there. */
        private void refer(final Reference reference, final int pc) {
            switch (reference) {
                case Reference.ToMap to -> {
                    references.add(new Reference.ToMap(pc, to.map()));
                    load(pc, Opcode.PSEUDO_MAP_FD, 0);
                }
                case Reference.ToMapValue to -> {
                    references.add(new Reference.ToMapValue(pc, to.map(), to.offset()));
                    load(pc, Opcode.PSEUDO_MAP_VALUE, to.offset());
                }
                case Reference.ToKsym to -> {
                    references.add(new Reference.ToKsym(pc, to.name(), to.weak()));
                    load(pc, Opcode.PSEUDO_BTF_ID, 0);
                }
                case Reference.ToKfunc to -> {
                    references.add(new Reference.ToKfunc(pc, to.name(), to.weak()));
                    code[pc] = InsnSlot.withImm(InsnSlot.withSrc(code[pc], Opcode.CALL_KFUNC), 0);
                }
            }
        }

        private void load(final int pc, final int source, final int offset) {
            code[pc] = InsnSlot.withImm(InsnSlot.withSrc(code[pc], source), 0);
            if (pc + 1 < code.length) {
                code[pc + 1] = InsnSlot.withImm(code[pc + 1], offset);
            }
        }
    }
}
