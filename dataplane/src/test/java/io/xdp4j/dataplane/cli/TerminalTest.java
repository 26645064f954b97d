package io.xdp4j.dataplane.cli;

import static io.xdp4j.dataplane.cli.CommandRun.example;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {

    private static Terminal terminal(final Map<String, String> environment) {
        final PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return Terminal.of(environment, InputStream.nullInputStream(), nowhere, nowhere);
    }

    @Test
    void coloursOnlyATerminalThatWantsThem() {
        assertThat(terminal(Map.of()).colour()).isFalse();
        assertThat(terminal(Map.of("XDP4J_TTY", "2")).colour()).isFalse();
        assertThat(terminal(Map.of("XDP4J_TTY", "12")).colour()).isTrue();
        assertThat(terminal(Map.of("XDP4J_TTY", "12", "NO_COLOR", "1")).colour())
                .isFalse();
        assertThat(terminal(Map.of("XDP4J_TTY", "12", "NO_COLOR", "")).colour())
                .as("an empty NO_COLOR says nothing")
                .isTrue();
    }

    @Test
    void showsProgressOnlyOnATerminal() {
        assertThat(terminal(Map.of()).progress()).isFalse();
        assertThat(terminal(Map.of("XDP4J_TTY", "1")).progress()).isFalse();
        assertThat(terminal(Map.of("XDP4J_TTY", "2", "NO_COLOR", "1")).progress())
                .isTrue();
    }

    @Test
    void aReportHasColoursOnATerminalAndNoneElsewhere() {
        assertThat(report(true)).contains("\u001b[1mfirewall\u001b[0m", "\u001b[32m");
        assertThat(report(false)).contains("firewall").doesNotContain("\u001b");
    }

    private static String report(final boolean colour) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final PrintStream both = new PrintStream(out, true, StandardCharsets.UTF_8);
        Main.run(
                new Terminal(InputStream.nullInputStream(), both, both, colour, false),
                "run",
                example("firewall/firewall.bpf.o"),
                "--in",
                example("captures/mixed.pcap"));
        return out.toString(StandardCharsets.UTF_8);
    }
}
