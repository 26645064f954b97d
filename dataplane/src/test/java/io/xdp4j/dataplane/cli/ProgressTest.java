package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    private long nowNs;

    private Progress progress(final boolean lookedAt) {
        final PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        final Terminal terminal = new Terminal(InputStream.nullInputStream(), nowhere, errStream, false, lookedAt);
        return new Progress(terminal, "mixed.pcap", () -> nowNs);
    }

    private String drawn() {
        final String text = err.toString(StandardCharsets.UTF_8);
        err.reset();
        return text;
    }

    @Test
    void drawsABarAFewTimesASecondAndWipesIt() {
        final Progress progress = progress(true);
        nowNs = 400_000_000L;
        progress.at(10, 100, 1000);
        assertThat(drawn()).as("short work").isEmpty();

        nowNs = 500_000_000L;
        progress.at(50, 100, 1000);
        assertThat(drawn())
                .isEqualTo("\rmixed.pcap [" + "#".repeat(15) + " ".repeat(15) + "] 50% 1,000 packets, 2,000/s\u001b[K");
        nowNs = 599_999_999L;
        progress.at(51, 100, 1000);
        assertThat(drawn()).as("too soon").isEmpty();

        progress.done();
        assertThat(drawn()).isEqualTo("\r\u001b[K");
    }

    @Test
    void countsWhereNobodyKnowsTheEnd() {
        final Progress progress = progress(true);
        nowNs = 1_000_000_000L;
        progress.at(-1, -1, 5);
        assertThat(drawn()).isEqualTo("\rmixed.pcap 5 packets, 5/s\u001b[K");
    }

    @Test
    void keepsToTheBarWhereRepeatsAddUpToMoreThan64Bits() {
        final Progress progress = progress(true);
        nowNs = 1_000_000_000L;
        progress.at((double) Long.MAX_VALUE * 1000, (double) Long.MAX_VALUE * 2000, 0);
        assertThat(drawn()).contains("] 50% ");
    }

    @Test
    void drawsNothingWhereNoPersonLooksOn() {
        final Progress progress = progress(false);
        nowNs = 10_000_000_000L;
        progress.at(50, 100, 1000);
        progress.done();
        assertThat(drawn()).isEmpty();
    }
}
