package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    @Test
    void namesItsCommands() {
        assertThat(CommandRun.of("--help").output())
                .startsWith("Usage: xdp4j")
                .contains("run ", "verify ", "dump ", "asm ", "exec ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "verify", "dump", "asm", "exec"})
    void explainsEachCommand(final String command) {
        final String help = CommandRun.of(command, "--help").output();
        assertThat(help).startsWith("Usage: xdp4j " + command).contains("-h, --help");
        assertThat(help.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(110));
        assertThat(CommandRun.of(command, "-h").output()).isEqualTo(help);
    }

    @Test
    void tellsInOneSentenceWhatEachCommandIsFor() {
        final String help = CommandRun.of("--help").output();
        final List<String> sentences = List.of(help.substring(help.indexOf("Commands:"))
                .strip()
                .replaceAll("\\s*\\R {4,}", " ")
                .split("\\R"));
        assertThat(sentences).hasSize(6).startsWith("Commands:");
        assertThat(sentences.subList(1, 6))
                .allSatisfy(sentence -> assertThat(sentence).endsWith("."));
    }

    @Test
    void tellsItsVersion() {
        assertThat(CommandRun.of("--version").output()).startsWith("xdp4j ").hasLineCount(1);
        assertThat(CommandRun.of("-V").output()).startsWith("xdp4j ");
    }

    @Test
    void showsItsUsageWhereNothingIsAsked() {
        final CommandRun run = CommandRun.of();
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo(CommandRun.of("--help").output());
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        final String commands = " (commands: run, verify, dump, asm, exec; see xdp4j --help)";
        assertThat(CommandRun.refusal("frobnicate")).isEqualTo("no such command: frobnicate" + commands);
        assertThat(CommandRun.refusal("help", "frobnicate")).isEqualTo("no such command: frobnicate" + commands);
        assertThat(CommandRun.refusal("")).isEqualTo("no such command: ''" + commands);
        assertThat(CommandRun.refusal("--")).isEqualTo("command wanted" + commands);
        assertThat(CommandRun.refusal("--frobnicate")).isEqualTo("no such option: --frobnicate" + commands);
        assertThat(CommandRun.refusal("dump")).isEqualTo("missing: FILE.o (see xdp4j dump --help)");
        assertThat(CommandRun.refusal("dump", "a.o", "b.o"))
                .isEqualTo("one argument too many: b.o (see xdp4j dump --help)");
    }

    @Test
    void refusesValuesThatAreNone() {
        assertThat(CommandRun.refusal("run", "a.o", "--in", "a.pcap", "--repeat", "x"))
                .isEqualTo("--repeat must be a whole number up to 2147483647: --repeat x (see xdp4j run --help)");
        assertThat(CommandRun.refusal("run", "a.o", "--in")).isEqualTo("missing: --in CAPTURE (see xdp4j run --help)");
        assertThat(CommandRun.refusal("run", "a.o", "--in", "a.pcap", "--in", "b.pcap"))
                .isEqualTo("given twice: --in (see xdp4j run --help)");
    }

    @Test
    void refusesAnEmptyFileName() {
        assertThat(CommandRun.refusal("dump", ""))
                .isEqualTo("FILE.o must name a file: the name is empty (see xdp4j dump --help)");
        assertThat(CommandRun.refusal("run", "a.o", "--in", ""))
                .isEqualTo("--in must name a file: the name is empty (see xdp4j run --help)");
        assertThat(CommandRun.refusal("run", "a.o", "--in", "a.pcap", "--out", ""))
                .isEqualTo("--out must name a file: the name is empty (see xdp4j run --help)");
    }

    @Test
    void takesHelpForACommand() {
        assertThat(CommandRun.of("help").output())
                .isEqualTo(CommandRun.of("--help").output());
        assertThat(CommandRun.of("help", "run").output())
                .isEqualTo(CommandRun.of("run", "--help").output());
    }

    @Test
    void printsNoControlCharactersOfAMessage() {
        assertThat(CommandRun.refusal("dump", "\u001b[2J.o"))
                .isEqualTo("cannot read object: file=?[2J.o (no such file or directory)");
        assertThat(CommandRun.refusal("dump", "none\nof.o")).isEqualTo("cannot read object: file=none");
        assertThat(CommandRun.refusal("dump", "\0.o")).contains("Nul character not allowed");
    }

    @Test
    void saysInOneLineThatItIsBroken() {
        assertThat(broken(() -> {
                    throw new IllegalStateException("two\nlines");
                }))
                .isEqualTo("xdp4j: internal error: java.lang.IllegalStateException: two"
                        + " (set XDP4J_DEBUG=1 for the stack trace)");
        assertThat(broken(() -> {
                    throw new StackOverflowError();
                }))
                .isEqualTo("xdp4j: internal error: java.lang.StackOverflowError"
                        + " (set XDP4J_DEBUG=1 for the stack trace)");
        assertThat(broken(() -> {
                    throw new OutOfMemoryError("Java heap space");
                }))
                .isEqualTo("xdp4j: out of memory: Java heap space, heap="
                        + (Runtime.getRuntime().maxMemory() >> 20) + " MiB (more with XDP4J_JAVA_OPTS=-Xmx…)");
    }

    @Test
    void knowsAReaderThatHasGone() {
        assertThat(StandardOutput.isClosedPipe(new IllegalStateException(new IOException("Broken pipe"))))
                .isTrue();
        assertThat(StandardOutput.isClosedPipe(new IOException("No space left on device")))
                .isFalse();
        assertThatCode(() -> StandardOutput.isClosedPipe(endless())).doesNotThrowAnyException();
    }

    /** An exception whose cause has it for its own cause. */
    private static Exception endless() {
        final Exception first = new Exception();
        first.initCause(new Exception(first));
        return first;
    }

    private static String broken(final Runnable failure) {
        final InputStream failing = new InputStream() {
            @Override
            public int read() {
                failure.run();
                return -1;
            }

            @Override
            public int read(final byte[] bytes, final int offset, final int length) {
                return read();
            }
        };
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final PrintStream both = new PrintStream(err, true, StandardCharsets.UTF_8);
        assertThat(Main.run(new Terminal(failing, both, both, false, false), "exec"))
                .isEqualTo(1);
        return err.toString(StandardCharsets.UTF_8).strip();
    }
}
