package io.xdp4j.dataplane.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a command printed, and how it ended. */
record CommandRun(int status, String out, String err) {

    /** The repository's examples. */
    static final Path EXAMPLES = Path.of("..", "examples");

    static CommandRun of(final String... args) {
        return withInput("", args);
    }

    static CommandRun withInput(final String input, final String... args) {
        return withInput(input.getBytes(StandardCharsets.UTF_8), args);
    }

    static CommandRun withInput(final byte[] input, final String... args) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final int status;
        try (PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
                PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8)) {
            status = Main.run(new Terminal(new ByteArrayInputStream(input), outStream, errStream, false, false), args);
        }
        return new CommandRun(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static String example(final String name) {
        return EXAMPLES.resolve(name).toString();
    }
}
