package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Disassembler;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xdp4j dump}: what an object file holds. */
@Command(
        name = "dump",
        description =
                "Shows an object file's programs, maps, global variables, and instructions with their source lines.")
final class DumpCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE.o", description = "Object file.")
    private Path file = Path.of("");

    @Option(
            names = "--program",
            paramLabel = "NAME",
            description = "Only this program's instructions. May be repeated.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--no-code", description = "Leave the instructions out.")
    private boolean noCode;

    @Option(names = "--no-source", description = "Leave the source lines out.")
    private boolean noSource;

    @Option(names = "--bytes", description = "Show each instruction's bytes.")
    private boolean bytes;

    @Option(names = "--btf", paramLabel = "FILE", description = "Types to apply CO-RE relocations against.")
    private @Nullable Path types;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin
    private Common common = new Common();

    @Override
    public Integer call() {
        final Terminal terminal = common.terminal();
        final BpfObject object = InputFiles.relocated(file, types);
        final List<ProgramSpec> programs = names.isEmpty()
                ? List.copyOf(object.programs().values())
                : names.stream()
                        .map(name -> Programs.choose(object, name, null))
                        .toList();
        final Function<ProgramSpec, String> code = noCode ? _ -> "" : this::text;
        // all or nothing: an object may turn out to be broken half-way
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(printed, false, terminal.out().charset())) {
            if (json) {
                DumpJson.print(object, programs, code, out);
            } else {
                DumpReport.print(object, programs, code, terminal.withOut(out));
            }
        }
        terminal.out().writeBytes(printed.toByteArray());
        return 0;
    }

    private String text(final ProgramSpec program) {
        Disassembler disassembler = Disassembler.of(program);
        if (noSource) {
            disassembler = disassembler.withSource(pc -> null);
        }
        if (bytes) {
            disassembler = disassembler.withBytes();
        }
        return disassembler.text(program.code());
    }
}
