package io.xdp4j.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compiled programs, captures and presets that are committed are those that their sources make. */
final class CommittedObjectsTest {

    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();

    /** What {@code rebuild.sh} exits with when the compiler or its headers are missing. */
    private static final int MISSING_TOOLS = 77;

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path folder = Path.of("");

    @Test
    void objectsAreWhatTheirSourcesCompileTo() throws Exception {
        final Run run = run("bash", EXAMPLES.resolve("rebuild.sh").toString(), "--check");
        if (run.status == MISSING_TOOLS) {
            abort(run.output.strip());
        }
        assertThat(run.output).endsWith(" objects compared with their sources, 0 differ\n");
        assertThat(run.status).isZero();
    }

    @Test
    void capturesAreWhatTheirGeneratorWrites() throws Exception {
        final Path generator = EXAMPLES.resolve("captures/MakeCaptures.java");
        final Run run = run(JAVA, generator.toString(), folder.toString());
        assertThat(run.output)
                .isEqualTo("mixed.pcap: 358 packets, 92618 bytes\nbalancer.pcap: 218 packets, 20137 bytes\n");
        for (final String capture : List.of("mixed.pcap", "balancer.pcap")) {
            assertThat(folder.resolve(capture)).hasSameBinaryContentAs(EXAMPLES.resolve("captures/" + capture));
        }
    }

    @Test
    void ringsOfTheLoadBalancerAreWhatMaglevPrints() throws Exception {
        final Path maglev = EXAMPLES.resolve("load-balancer/Maglev.java");
        final List<String> presets = Files.readAllLines(EXAMPLES.resolve("load-balancer/demo.maps"));
        assertThat(presets)
                .contains(
                        run(JAVA, maglev.toString(), "0", "1", "2", "3").output.strip(),
                        run(JAVA, maglev.toString(), "1", "4", "5").output.strip(),
                        run(JAVA, maglev.toString(), "2", "6", "7*2").output.strip());
    }

    private record Run(int status, String output) {}

    private static Run run(final String... command) throws IOException, InterruptedException {
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }
}
