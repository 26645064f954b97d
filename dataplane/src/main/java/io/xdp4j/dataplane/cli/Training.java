package io.xdp4j.dataplane.cli;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs each command once over the examples, so that the JVM learns which classes and code a command needs; the launcher
 * keeps what it learnt in the start-up cache. Not for people: {@code xdp4j --train examples}.
 */
final class Training {

    /** {@code r0 = 2; exit}. */
    private static final String PROGRAM = "b7 00 00 00 02 00 00 00 95 00 00 00 00 00 00 00";

    private Training() {}

    static int run(final Terminal terminal, final Path examples) {
        final String firewall = examples.resolve("firewall/firewall.bpf.o").toString();
        final String mixed = examples.resolve("captures/mixed.pcap").toString();
        final List<List<String>> commands = List.of(
                List.of("run", firewall, "--in", mixed, "--show", "all", "--map", "blocked=10.0.0.0/8:1"),
                List.of("run", firewall, "--in", mixed, "--json", "--global", "default_action=2"),
                List.of("verify", firewall),
                List.of("verify", firewall, "--json", "--facts"),
                List.of("dump", firewall),
                List.of("dump", firewall, "--json"),
                List.of("exec"),
                List.of("run", "--help"));
        int status = 0;
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            for (final List<String> command : commands) {
                final Terminal quiet = new Terminal(
                        new ByteArrayInputStream(PROGRAM.getBytes(StandardCharsets.US_ASCII)),
                        nowhere,
                        terminal.err(),
                        false,
                        false);
                status = Math.max(status, Main.run(quiet, command.toArray(String[]::new)));
            }
        }
        return status;
    }
}
