package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.format.ObjectFileException;
import io.xdp4j.capture.CaptureException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Entry point of the {@code xdp4j} command. A user's mistake is one line on standard error and exit status 1. */
public final class Main {

    private Main() {}

    /**
     * Runs the command, writes out what it printed however it ended, and ends the process with its status; one whose reader
     * has gone ends as SIGPIPE would end it.
     */
    public static void main(final String[] args) {
        final StandardOutput output = new StandardOutput();
        final Terminal terminal = Terminal.ofProcess(output.stream());
        final int status = args.length == 2 && args[0].equals("--train")
                ? Training.run(terminal, Path.of(args[1]))
                : run(terminal, args);
        System.exit(Math.max(status, output.finish(terminal)));
    }

    /** Runs a command; never ends the process. */
    static int run(final Terminal terminal, final String... given) {
        final String[] args = XdpCommand.withoutHelpWord(given);
        final CommandLine command = XdpCommand.commandLine(terminal, args)
                .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
                .setExpandAtFiles(false)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        terminal.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
                .registerConverter(Path.class, BadArguments::file)
                .setParameterExceptionHandler((bad, _) -> fail(terminal, BadArguments.message(bad)))
                .setExecutionExceptionHandler((failure, _, _) -> explain(terminal, failure));
        if (args.length == 0) {
            command.usage(terminal.err());
            return 1;
        }
        try {
            return command.execute(args);
        } catch (final RuntimeException | Error failure) {
            return explain(terminal, failure);
        }
    }

    /** Says in one line what went wrong: the user's mistake, a limit of the machine, or ours. */
    private static int explain(final Terminal terminal, final Throwable failure) {
        if (System.getenv("XDP4J_DEBUG") != null) {
            failure.printStackTrace(terminal.err());
        }
        if (StandardOutput.isClosedPipe(failure)) {
            return StandardOutput.CLOSED_PIPE;
        }
        final int status = fail(
                terminal,
                switch (failure) {
                    case IllegalArgumentException _,
                            ObjectFileException _,
                            CaptureException _,
                            ProgramLoadException _,
                            MapException _ -> firstLine(failure.getMessage());
                    case OutOfMemoryError _ ->
                        "out of memory: " + firstLine(failure.getMessage()) + ", heap="
                                + (Runtime.getRuntime().maxMemory() >> 20)
                                + " MiB (more with XDP4J_JAVA_OPTS=-Xmx…)";
                    default ->
                        "internal error: " + firstLine(failure.toString()) + " (set XDP4J_DEBUG=1 for the stack trace)";
                });
        if (failure instanceof final ProgramLoadException refused) {
            // the first line is the message itself
            refused.log().lines().skip(1).map(Terminal::plain).forEach(terminal.err()::println);
        }
        return status;
    }

    private static int fail(final Terminal terminal, final String message) {
        terminal.err().println("xdp4j: " + Terminal.plain(message));
        return 1;
    }

    private static String firstLine(final @Nullable String message) {
        return String.valueOf(message).lines().findFirst().orElse("");
    }
}
