package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.HelperId;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.format.SourceLine;
import io.xdp4j.bpf.insn.CodeCheck;
import io.xdp4j.bpf.insn.Encoder;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Pseudo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link Disassembler}, llvm-objdump and bpftool print.
 *
 * <p>One instruction a line. {@code name:} is a label, for jumps, {@code call name} and {@code subprog[name]}; comments
 * start with {@code ;}, {@code //}, or {@code #} after a blank; {@code .quad N} is a slot as it is. The slot numbers, bytes
 * and opcodes that listings have before an instruction are skipped, as are symbols in angle brackets behind it. Numbers
 * are decimal or {@code 0x} hexadecimal. Helpers go by number or name ({@code call 1}, {@code call map_lookup_elem}, {@code
 * call bpf_map_lookup_elem#1}); a label of the same name comes first.
 *
 * <p>Maps and kernel symbols by name ({@code r1 = map[ports]}, {@code r1 = ports ll}, {@code r1 = map[.bss][0]+16}, {@code
 * call kfunc[name]}) become {@link Reference}s.
 */
public final class Assembler {

    private final String file;
    private final List<Pending> pending = new ArrayList<>();
    private final List<Reference> references = new ArrayList<>();
    private final Map<String, Integer> labels = new LinkedHashMap<>();
    private final NavigableMap<Integer, SourceLine> lines = new TreeMap<>();
    private int slots;

    /** An instruction, or a slot as it is, that waits for its label. */
    private record Pending(
            int pc, @Nullable Insn insn, long raw, @Nullable String label, int line, int column) {}

    private Assembler(final String file) {
        this.file = file;
    }

    /**
     * Assembles a text that has no file.
     *
     * @throws AssemblyException with line and column
     */
    public static Assembly assemble(final String text) {
        return assemble("", text);
    }

    /**
     * Assembles a text.
     *
     * @param file name for the source lines
     * @throws AssemblyException with line and column
     */
    public static Assembly assemble(final String file, final String text) {
        final Assembler assembler = new Assembler(file);
        int line = 1;
        for (final String each : (Iterable<String>) text.lines()::iterator) {
            assembler.line(each, line++);
        }
        return assembler.finish();
    }

    private void line(final String text, final int line) {
        final Cursor cursor = new Cursor(Cursor.withoutComment(text), line);
        final int start = cursor.position();
        skipListing(cursor);
        if (cursor.atEnd() && cursor.position() > start) {
            throw cursor.error("expected an instruction, found end of line");
        }
        while (label(cursor)) {
            // several labels may stand before one instruction
        }
        if (cursor.atEnd()) {
            return;
        }
        final int column = cursor.column();
        if (slots >= CodeCheck.MAX_SLOTS) {
            throw cursor.error("program is too long (at most " + CodeCheck.MAX_SLOTS + " slots)");
        }
        lines.put(slots, new SourceLine(file, line, column, text));
        if (cursor.accept(".quad")) {
            final long raw = cursor.literal().value();
            cursor.end();
            pending.add(new Pending(slots++, null, raw, null, line, column));
            return;
        }
        final InsnParser parser = new InsnParser(cursor, slots, references);
        final Insn insn = parser.parse();
        cursor.end();
        pending.add(new Pending(slots, insn, 0, parser.label(), line, parser.labelColumn()));
        slots += insn.slots();
    }

    /** Takes {@code name:}, and objdump's {@code 0000000000000000 <name>:}. */
    private boolean label(final Cursor cursor) {
        final int start = cursor.position();
        final int column = cursor.column();
        final boolean address = cursor.atDigit() && !cursor.word().isEmpty() && cursor.accept("<");
        final String name = cursor.word();
        if (name.isEmpty() || (address && !cursor.accept(">")) || !cursor.accept(":")) {
            cursor.back(start);
            return false;
        }
        if (Names.looksLikeRegister(name) || Character.isDigit(name.charAt(0))) {
            throw cursor.error(column, "label must not be a register or a number: " + Cursor.quote(name));
        }
        final Integer before = labels.putIfAbsent(name, slots);
        if (before != null) {
            throw cursor.error(column, "label twice: " + Cursor.quote(name));
        }
        return true;
    }

    /** Skips {@code 17:}, the bytes of one or two slots, and {@code (b7)}. */
    private static void skipListing(final Cursor cursor) {
        int start = cursor.position();
        if (cursor.atDigit() && cursor.word().chars().allMatch(Character::isDigit) && cursor.accept(":")) {
            start = cursor.position();
        }
        cursor.back(start);
        int bytes = 0;
        while (bytes < 16) {
            final int position = cursor.position();
            if (!isByte(cursor.word())) {
                cursor.back(position);
                break;
            }
            bytes++;
        }
        if (bytes == 8 || bytes == 16) {
            start = cursor.position();
        }
        cursor.back(start);
        if (!cursor.accept("(") || !isByte(cursor.word()) || !cursor.accept(")")) {
            cursor.back(start);
        }
    }

    private static boolean isByte(final String word) {
        return word.length() == 2
                && Character.digit(word.charAt(0), 16) >= 0
                && Character.digit(word.charAt(1), 16) >= 0;
    }

    private Assembly finish() {
        final long[] code = new long[slots];
        final NavigableMap<Integer, String> functions = new TreeMap<>();
        if (slots > 0) {
            functions.put(0, "main");
        }
        for (final Pending each : pending) {
            if (each.insn() == null) {
                code[each.pc()] = each.raw();
                continue;
            }
            final Insn insn = each.label() == null ? each.insn() : resolve(each, each.insn(), each.label());
            Encoder.encode(insn, code, each.pc());
            final long target = Labels.target(each.pc(), insn);
            if ((insn instanceof Insn.FunctionCall || insn instanceof Insn.LoadImm64)
                    && target >= 0
                    && target < slots) {
                functions.putIfAbsent((int) target, "F" + target);
            }
        }
        labels.forEach((name, pc) -> functions.computeIfPresent(
                pc, (_, given) -> given.equals("main") || given.equals("F" + pc) ? name : given));
        return new Assembly(
                code,
                List.copyOf(references),
                java.util.Collections.unmodifiableMap(labels),
                subprograms(functions),
                lines);
    }

    private List<Subprogram> subprograms(final NavigableMap<Integer, String> functions) {
        final List<Subprogram> found = new ArrayList<>();
        functions.forEach((pc, name) -> {
            final Integer next = functions.higherKey(pc);
            found.add(new Subprogram(name, pc, (next == null ? slots : next) - pc, pc == 0));
        });
        return List.copyOf(found);
    }

    private Insn resolve(final Pending each, final Insn insn, final String label) {
        final Integer target = labels.get(label);
        if (target == null) {
            return unresolved(each, insn, label);
        }
        final int offset = target - each.pc() - 1;
        return switch (insn) {
            case Insn.Jump jump -> new Insn.Jump(jump.wide() ? offset : near(each, label, offset), jump.wide());
            case Insn.MayGoto _ -> new Insn.MayGoto(near(each, label, offset));
            case Insn.JumpIf(var condition, var width, int dst, var source, int _) ->
                new Insn.JumpIf(condition, width, dst, source, near(each, label, offset));
            case Insn.LoadImm64 load -> new Insn.LoadImm64(load.dst(), Pseudo.FUNCTION, offset, 0);
            case Insn.FunctionCall _ -> new Insn.FunctionCall(offset);
            default -> throw new IllegalStateException("no label in " + insn);
        };
    }

    private static Insn unresolved(final Pending each, final Insn insn, final String label) {
        if (!(insn instanceof Insn.FunctionCall)) {
            throw new AssemblyException(each.line(), each.column(), "unknown label: " + Cursor.quote(label));
        }
        final int helper = HelperId.id(label);
        if (helper < 0) {
            throw new AssemblyException(
                    each.line(),
                    each.column(),
                    "unknown function: " + Cursor.quote(label) + " (neither a label nor a helper)");
        }
        return new Insn.HelperCall(helper);
    }

    private static int near(final Pending each, final String label, final int offset) {
        if (offset != (short) offset) {
            throw new AssemblyException(
                    each.line(),
                    each.column(),
                    "label too far: " + Cursor.quote(label) + ", offset=" + offset
                            + " slots (at most 32767; jump there with gotol)");
        }
        return offset;
    }
}
