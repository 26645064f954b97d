package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.ProgramType;
import io.xdp4j.engine.UserspaceEngine;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code xdp4j verify}: whether programs may run, and if not, why. */
@Command(
        name = "verify",
        description = {
            "Verifies the XDP programs of object files as the kernel would.",
            "Says of each that it is accepted, or why it is rejected. Exit status 0 if every program was accepted.",
            "docs/verifier.md explains each message."
        })
final class VerifyCommand implements Callable<Integer> {

    @Parameters(arity = "1..*", paramLabel = "FILE.o", description = "Object files, as clang -target bpf makes them.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--program", paramLabel = "NAME", description = "Only this program. May be repeated.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--section", paramLabel = "NAME", description = "Only programs of this section. May be repeated.")
    private List<String> sections = new ArrayList<>();

    @Option(
            names = "--global",
            paramLabel = "NAME=VALUE",
            description = "Set a global variable first; constants decide which code is dead. May be repeated.")
    private List<String> globals = new ArrayList<>();

    @Option(
            names = "--kconfig",
            paramLabel = "NAME=VALUE",
            description = "Set a kernel configuration value that the object asks for. May be repeated.")
    private List<String> kconfigs = new ArrayList<>();

    @Option(names = "--btf", paramLabel = "FILE", description = "Types to apply CO-RE relocations against.")
    private @Nullable Path types;

    @Option(
            names = "--budget",
            paramLabel = "N",
            description = "Instructions to follow, over all paths, at most (default 1000000, as the kernel).")
    private int budget = Verifier.BUDGET;

    @Option(names = "--verbose", description = "Print each instruction that is followed, with its state, first.")
    private boolean verbose;

    @Option(names = "--facts", description = "Print what is proved of each instruction beside it.")
    private boolean facts;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin
    private Common common = new Common();

    @Override
    public Integer call() {
        if (budget < 1) {
            throw new IllegalArgumentException("--budget must be 1 or more: --budget " + budget);
        }
        if (verbose && json) {
            throw new IllegalArgumentException("choose one: --verbose or --json");
        }
        final List<Chosen> chosen = chosen();
        final Terminal terminal = common.terminal();
        final List<VerifiedProgram> verified = new ArrayList<>();
        try (UserspaceEngine engine = engine(terminal)) {
            for (final Chosen each : chosen) {
                final VerifiedProgram program = verify(engine, each);
                verified.add(program);
                if (!json) {
                    VerifyReport.print(program, facts, terminal);
                }
            }
        }
        if (json) {
            VerifyJson.print(verified, facts, terminal.out());
        }
        return status(verified, terminal);
    }

    private UserspaceEngine engine(final Terminal terminal) {
        final Verifier verifier = Verifier.create().withBudget(budget);
        return UserspaceEngine.builder()
                .kconfig(LoadingOptions.kconfig(kconfigs))
                .verifier(verbose ? verifier.withLog(line -> terminal.out().println(Terminal.plain(line))) : verifier)
                .build();
    }

    private VerifiedProgram verify(final UserspaceEngine engine, final Chosen chosen) {
        final ProgramSpec spec = chosen.spec;
        if (spec.type() != ProgramType.XDP && spec.type() != ProgramType.UNSPEC) {
            return new VerifiedProgram(chosen.object.file(), spec, null);
        }
        if (verbose) {
            VerifyReport.announce(chosen.object.file(), spec, common.terminal());
        }
        return new VerifiedProgram(
                chosen.object.file(), spec, engine.verify(chosen.object, LoadOptions.ALL, spec.name()));
    }

    private static int status(final List<VerifiedProgram> verified, final Terminal terminal) {
        if (verified.stream().allMatch(program -> program.verification() == null)) {
            terminal.err().println("xdp4j: nothing was verified: no XDP program");
            return 1;
        }
        return verified.stream().anyMatch(program -> program.verification() instanceof Verification.Rejected) ? 1 : 0;
    }

    /** A program that is to be verified, or said to be of another kind. */
    private record Chosen(BpfObject object, ProgramSpec spec) {}

    /** Reads all files before anything is verified, so that a broken one is the only thing that is told of. */
    private List<Chosen> chosen() {
        final List<BpfObject> objects = files.stream()
                .map(file -> Globals.set(InputFiles.relocated(file, types), globals))
                .toList();
        final List<Chosen> chosen = new ArrayList<>();
        for (final BpfObject object : objects) {
            object.programs().values().stream()
                    .filter(spec -> names.isEmpty() || names.contains(spec.name()))
                    .filter(spec -> sections.isEmpty() || sections.contains(spec.section()))
                    .forEach(spec -> chosen.add(new Chosen(object, spec)));
        }
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException(nothing(objects));
        }
        return chosen;
    }

    private String nothing(final List<BpfObject> objects) {
        final String there = objects.stream()
                .flatMap(object -> object.programs().values().stream())
                .map(spec -> spec.name() + " in " + spec.section())
                .collect(Collectors.joining(", "));
        if (there.isEmpty()) {
            return "object has no program: file="
                    + files.stream().map(Path::toString).collect(Collectors.joining(", "));
        }
        return "no such program: "
                + (names.isEmpty() ? "" : "program=" + String.join(",", names) + (sections.isEmpty() ? "" : ", "))
                + (sections.isEmpty() ? "" : "section=" + String.join(",", sections)) + " (there are: " + there + ")";
    }
}
