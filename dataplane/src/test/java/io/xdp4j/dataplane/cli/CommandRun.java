package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

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

    /** What a command says that must fail: one line on standard error, without the {@code xdp4j: }, and nothing else. */
    static String refusal(final String... args) {
        return of(args).refusal();
    }

    /** The same of a command that has run. */
    String refusal() {
        assertThat(status).as(toString()).isEqualTo(1);
        assertThat(out).isEmpty();
        assertThat(err).startsWith("xdp4j: ").endsWith(System.lineSeparator()).hasLineCount(1);
        return err.strip().substring("xdp4j: ".length());
    }

    /** What a command prints that must succeed, and without a word on standard error. */
    String output() {
        assertThat(err).isEmpty();
        assertThat(status).isZero();
        return out;
    }

    /** The corpus of objects that every engine runs. */
    static String object(final String name) {
        return Path.of("..", "tests", "src", "test", "resources", "objects", name)
                .toString();
    }

    static String example(final String name) {
        return EXAMPLES.resolve(name).toString();
    }
}
