package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.format.SourceLine;
import io.xdp4j.bpf.insn.Decoder;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.InvalidInsnException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Prints programs in the syntax of LLVM and bpftool, so that {@link Assembler} can read them back.
 *
 * <p>Immutable: every {@code with…} gives another disassembler. A slot that is no instruction is printed as {@code
 * .quad} with the reason behind it. Numbers are decimal but for 64-bit immediates; registers of loads and stores are
 * written {@code r} whatever the size, as llvm-objdump does without {@code alu32} and bpftool always does. Foreign names
 * and source text are made harmless for a terminal.
 */
public final class Disassembler {

    private static final int MAX_SOURCE_LENGTH = 300;

    private final boolean pcs;
    private final boolean bytes;
    private final boolean labels;
    private final List<Subprogram> functions;
    private final IntFunction<@Nullable SourceLine> source;
    private final IntFunction<@Nullable Reference> references;

    /** Prints bare instructions, one a line, with numeric jump offsets. */
    public Disassembler() {
        this(false, false, false, List.of(), _ -> null, _ -> null);
    }

    private Disassembler(
            final boolean pcs,
            final boolean bytes,
            final boolean labels,
            final List<Subprogram> functions,
            final IntFunction<@Nullable SourceLine> source,
            final IntFunction<@Nullable Reference> references) {
        this.pcs = pcs;
        this.bytes = bytes;
        this.labels = labels;
        this.functions = functions;
        this.source = source;
        this.references = references;
    }

    /** Everything that an object file says of a program: function names, labels, references, source lines, pcs. */
    public static Disassembler of(final ProgramSpec program) {
        return new Disassembler()
                .withPcs()
                .withLabels(program.subprograms())
                .withReferences(program.references())
                .withSource(pc -> program.lines().get(pc));
    }

    /** One instruction, without names. */
    public static String text(final Insn insn) {
        return InsnText.of(insn, 0, Symbols.NONE);
    }

    /** Prints each instruction's slot number before it. */
    public Disassembler withPcs() {
        return new Disassembler(true, bytes, labels, functions, source, references);
    }

    /** Prints each instruction's bytes before it, in the order that they have in an object file; implies pcs. */
    public Disassembler withBytes() {
        return new Disassembler(true, true, labels, functions, source, references);
    }

    /** Prints labels for jumps and calls; functions that have no name here are called by their pc. */
    public Disassembler withLabels(final List<Subprogram> named) {
        return new Disassembler(pcs, bytes, true, List.copyOf(named), source, references);
    }

    /** Prints a comment with the source line wherever {@code lines}, asked for a pc, gives another one than before. */
    public Disassembler withSource(final IntFunction<@Nullable SourceLine> lines) {
        return new Disassembler(pcs, bytes, labels, functions, lines, references);
    }

    /** Prints names of maps, kernel variables and kernel functions. */
    public Disassembler withReferences(final List<Reference> named) {
        final Map<Integer, Reference> byPc = new HashMap<>();
        named.forEach(reference -> byPc.put(reference.pc(), reference));
        return withReferences(byPc::get);
    }

    /** As {@link #withReferences(List)}, asking for each pc. */
    public Disassembler withReferences(final IntFunction<@Nullable Reference> byPc) {
        return new Disassembler(pcs, bytes, labels, functions, source, byPc);
    }

    /** The text of a program, a line feed after every line. */
    public String text(final long[] code) {
        final @Nullable Insn[] insns = new Insn[code.length];
        final @Nullable String[] faults = new String[code.length];
        final BitSet starts = new BitSet();
        for (int pc = 0; pc < code.length; ) {
            starts.set(pc);
            try {
                final Insn insn = Decoder.decode(code, pc);
                insns[pc] = insn;
                pc += insn.slots();
            } catch (final InvalidInsnException e) {
                faults[pc++] = e.getMessage();
            }
        }
        final Labels found = new Labels(insns, starts, functions);
        final Symbols symbols = new Symbols(labels ? found::at : _ -> null, references);
        final StringBuilder out = new StringBuilder();
        SourceLine line = null;
        for (int pc = starts.nextSetBit(0); pc >= 0; pc = starts.nextSetBit(pc + 1)) {
            final Insn insn = insns[pc];
            if (labels) {
                label(out, found, pc);
            }
            line = source(out, pc, line);
            listing(out, code, pc, insn == null ? 1 : insn.slots());
            out.append(insn == null ? raw(code[pc], faults[pc]) : InsnText.of(insn, pc, symbols))
                    .append('\n');
        }
        return out.toString();
    }

    private static void label(final StringBuilder out, final Labels found, final int pc) {
        final String label = found.at(pc);
        if (label != null) {
            out.append(found.isFunction(pc) && !out.isEmpty() ? "\n" : "")
                    .append(label)
                    .append(":\n");
        }
    }

    private @Nullable SourceLine source(final StringBuilder out, final int pc, final @Nullable SourceLine before) {
        final SourceLine line = source.apply(pc);
        if (line == null || Objects.equals(line, before)) {
            return before;
        }
        final String text = Names.printable(line.text().strip(), MAX_SOURCE_LENGTH);
        out.append("; ").append(Names.printable(line.place(), MAX_SOURCE_LENGTH));
        out.append(text.isEmpty() ? "" : ": " + text).append('\n');
        return line;
    }

    private void listing(final StringBuilder out, final long[] code, final int pc, final int slots) {
        if (!pcs) {
            return;
        }
        out.append(" ".repeat(Math.max(0, 8 - Integer.toString(pc).length())))
                .append(pc)
                .append(":\t");
        if (!bytes) {
            return;
        }
        for (int slot = pc; slot < pc + slots; slot++) {
            for (int i = 0; i < 8; i++) {
                final int value = (int) (code[slot] >>> (8 * i)) & 0xff;
                out.append(slot == pc && i == 0 ? "" : " ")
                        .append(Character.forDigit(value >>> 4, 16))
                        .append(Character.forDigit(value & 0xf, 16));
            }
        }
        out.append('\t');
    }

    private static String raw(final long slot, final @Nullable String fault) {
        final String digits = Long.toHexString(slot);
        return ".quad 0x" + "0".repeat(16 - digits.length()) + digits + (fault == null ? "" : "\t; " + fault);
    }
}
