package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Disassembler;
import io.xdp4j.verifier.Facts;
import io.xdp4j.verifier.Verification;
import java.io.PrintStream;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prints what the verifier says for people: a line a program, and the whole explanation where one is rejected. */
final class VerifyReport {

    /** A line of the disassembly with an instruction in it, not a label or a source line. */
    private static final Pattern INSTRUCTION = Pattern.compile(" *(\\d+):\t.*");

    /** Where facts stand beside the instructions. */
    private static final int FACTS_COLUMN = 56;

    private VerifyReport() {}

    /** Says which program the log that follows is about. */
    static void announce(final String file, final ProgramSpec spec, final Terminal terminal) {
        terminal.out().println(terminal.bold(name(file, spec)));
    }

    static void print(final VerifiedProgram program, final boolean facts, final Terminal terminal) {
        final PrintStream out = terminal.out();
        final String name = name(program.file(), program.spec()) + ": ";
        switch (program.verification()) {
            case null ->
                out.println(name
                        + terminal.dim("skipped: type=" + program.spec().type().label()));
            case final Verification.Accepted accepted -> {
                out.println(name + terminal.green("accepted") + ": " + cost(accepted));
                if (facts) {
                    facts(program.spec(), accepted.facts(), terminal);
                }
            }
            case final Verification.Rejected rejected -> {
                out.print(name + terminal.red("rejected") + ": ");
                rejected.explanation().lines().map(Terminal::plain).forEach(out::println);
            }
        }
    }

    private static String name(final String file, final ProgramSpec spec) {
        return Terminal.plain(file + ": " + spec.name() + " in " + spec.section());
    }

    private static String cost(final Verification.Accepted accepted) {
        final Verification.Cost cost = accepted.cost();
        return String.format(
                Locale.ROOT,
                "%,d instructions processed, %,d states (peak %,d), stack %d bytes, %,d dead, %.1f ms%s",
                cost.processed(),
                cost.totalStates(),
                cost.peakStates(),
                cost.stackDepth(),
                accepted.facts().dead(),
                cost.nanos() / 1e6,
                cost.widened() ? " (budget spent: numbers widened)" : "");
    }

    private static void facts(final ProgramSpec spec, final Facts facts, final Terminal terminal) {
        Disassembler.of(spec).text(spec.code()).lines().forEach(line -> {
            final Matcher instruction = INSTRUCTION.matcher(line);
            final String known = instruction.matches() ? facts.describe(Integer.parseInt(instruction.group(1))) : "";
            terminal.out()
                    .println(known.isEmpty() ? line : padded(line) + "  " + terminal.dim(Terminal.plain("; " + known)));
        });
    }

    /** Filled up with blanks; a tab takes the line to a multiple of eight. */
    private static String padded(final String line) {
        final int tab = line.indexOf('\t');
        final int width = tab < 0 ? line.length() : (tab / 8 + 1) * 8 + line.length() - tab - 1;
        return line + " ".repeat(Math.max(0, FACTS_COLUMN - width));
    }
}
