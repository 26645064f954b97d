package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.format.ObjectFileException;
import io.xdp4j.capture.CaptureException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;

/** Entry point of the {@code xdp4j} command. A user's mistake is one line on standard error and exit status 1. */
public final class Main {

    private Main() {}

    /** Runs the command and ends the process with its status. */
    public static void main(final String[] args) {
        final Terminal terminal = Terminal.ofProcess();
        final int status = args.length == 2 && args[0].equals("--train")
                ? Training.run(terminal, Path.of(args[1]))
                : run(terminal, args);
        System.out.flush();
        System.exit(status);
    }

    /** Runs a command; never ends the process. */
    static int run(final Terminal terminal, final String... args) {
        final CommandLine command = XdpCommand.commandLine(terminal, args)
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        terminal.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
                .setParameterExceptionHandler((bad, _) -> {
                    final String name = bad.getCommandLine().getCommandSpec().qualifiedName();
                    return fail(terminal, firstLine(bad.getMessage()) + " (see " + name + " --help)");
                })
                .setExecutionExceptionHandler((failure, _, _) -> explain(terminal, failure));
        if (args.length == 0) {
            command.usage(terminal.err());
            return 1;
        }
        return command.execute(args);
    }

    private static int explain(final Terminal terminal, final Exception failure) throws Exception {
        if (failure instanceof IllegalArgumentException
                || failure instanceof ObjectFileException
                || failure instanceof CaptureException
                || failure instanceof ProgramLoadException
                || failure instanceof MapException
                || failure instanceof InvalidPathException) {
            return fail(terminal, firstLine(failure.getMessage()));
        }
        throw failure;
    }

    private static int fail(final Terminal terminal, final String message) {
        terminal.err().println("xdp4j: " + message);
        return 1;
    }

    private static String firstLine(final @org.jspecify.annotations.Nullable String message) {
        return String.valueOf(message).lines().findFirst().orElse("");
    }
}
