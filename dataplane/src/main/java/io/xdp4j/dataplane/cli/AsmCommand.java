package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.bpf.asm.Assembly;
import io.xdp4j.bpf.asm.AssemblyException;
import io.xdp4j.bpf.insn.CodeCheck;
import io.xdp4j.bpf.insn.CodeProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xdp4j asm}: assembly text to instructions. */
@Command(
        name = "asm",
        description = {
            "Assembles text in the syntax of LLVM and bpftool.",
            "Prints the instructions as hexadecimal text, one a line, as xdp4j exec reads it."
        },
        footer = {"", "Example: printf 'r0 = 2\\nexit\\n' | xdp4j asm - | xdp4j exec"})
final class AsmCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "Assembly text; - for standard input.")
    private Path file = Path.of("-");

    @Option(names = "--out", paramLabel = "FILE", description = "Write the instructions' bytes to a file instead.")
    private @Nullable Path out;

    @Mixin
    private Common common = new Common();

    @Override
    public Integer call() {
        final Terminal terminal = common.terminal();
        OutputFiles.requireDifferent("--out", out, "assembly", file);
        final Assembly assembly = assemble(text(terminal));
        final CodeProblem problem = CodeCheck.problem(assembly.code());
        if (problem != null) {
            final var line = assembly.lines().floorEntry(problem.pc());
            throw new IllegalArgumentException(
                    file + (line == null ? "" : ", line " + line.getValue().line()) + ": " + problem.message());
        }
        if (!assembly.references().isEmpty()) {
            throw new IllegalArgumentException(file + ": bare instructions cannot refer to maps or kernel symbols: "
                    + assembly.references().getFirst());
        }
        if (out == null) {
            terminal.out().println(HexText.lines(assembly.bytes()));
        } else {
            write(out, assembly.bytes());
        }
        return 0;
    }

    private Assembly assemble(final String text) {
        try {
            return Assembler.assemble(file.toString(), text);
        } catch (final AssemblyException bad) {
            throw new IllegalArgumentException(file + ", " + bad.getMessage(), bad);
        }
    }

    private String text(final Terminal terminal) {
        return file.toString().equals("-")
                ? InputFiles.text(terminal.in(), "assembly text", file)
                : InputFiles.text(file, "assembly text");
    }

    private static void write(final Path target, final byte[] bytes) {
        try {
            Files.write(target, bytes);
        } catch (final IOException unwritable) {
            throw new IllegalArgumentException(
                    "cannot write instructions: file=" + target + " (" + InputFiles.reason(unwritable) + ")",
                    unwritable);
        }
    }
}
