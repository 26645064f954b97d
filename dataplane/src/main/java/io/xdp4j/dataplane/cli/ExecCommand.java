package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.engine.UserspaceEngine;
import io.xdp4j.vm.InterpretedProgram;
import io.xdp4j.vm.MemoryRun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xdp4j exec}: bare instructions over a memory; the plug-in contract of the bpf_conformance runner. */
@Command(
        name = "exec",
        description = {
            "Runs bare instructions over a memory.",
            "Standard input holds them as hexadecimal text; r1 = the memory's address, r2 = its length (both 0 without",
            "one). Prints r0 as hexadecimal; exit status 0 unless the program failed.",
            "Serves as a plug-in of the bpf_conformance runner."
        })
final class ExecCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..1",
            paramLabel = "MEMORY",
            description = "Memory as hexadecimal bytes, separated by blanks: \"aa bb 01\".")
    private @Nullable String memory;

    @Option(names = "--elf", description = "Standard input is an ELF file: section .text, symbol main.")
    private boolean elf;

    @Option(names = "--interpret", description = "Run on the interpreter, every access checked (default).")
    private boolean interpret;

    @Option(names = "--compile", description = "Run compiled code.")
    private boolean compile;

    @Option(names = "--program", paramLabel = "HEX", description = "The program, in place of standard input.")
    private @Nullable String program;

    @Mixin
    private Common common = new Common();

    @Override
    public Integer call() {
        if (compile) {
            throw new IllegalArgumentException(
                    interpret
                            ? "choose one engine: --interpret or --compile"
                            : "there is no compiler yet: --compile (run with --interpret)");
        }
        final Terminal terminal = common.terminal();
        final byte[] code = program == null
                ? HexText.read(terminal.in(), "program on standard input")
                : HexText.parse(program, "program");
        final byte[] bytes = memory == null ? new byte[0] : HexText.parse(memory, "memory");
        final ProgramSpec spec =
                elf ? Programs.choose(BpfObject.parse("standard input", code), "main", ".text") : raw(code);
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                InterpretedProgram loaded = engine.load(spec, Map.of());
                MemoryRun run = loaded.memoryRun()) {
            final OptionalLong result = run.run(bytes);
            if (result.isEmpty()) {
                throw new IllegalArgumentException(run.faults().getFirst().message());
            }
            terminal.out().println(Long.toHexString(result.getAsLong()));
            return 0;
        }
    }

    private static ProgramSpec raw(final byte[] code) {
        if (code.length == 0 || code.length % 8 != 0) {
            throw new IllegalArgumentException(
                    "program must be a positive number of 8-byte instructions: length=" + code.length + " bytes");
        }
        final long[] slots = new long[code.length / 8];
        ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(slots);
        return ProgramSpec.of("main", slots);
    }
}
