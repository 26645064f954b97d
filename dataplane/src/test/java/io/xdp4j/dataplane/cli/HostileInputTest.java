package io.xdp4j.dataplane.cli;

import static io.xdp4j.dataplane.cli.CommandRun.EXAMPLES;
import static io.xdp4j.dataplane.cli.CommandRun.example;
import static io.xdp4j.dataplane.cli.CommandRun.object;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged input of every kind: each run succeeds, or says in one line why it does not. The damage is the same in every
 * build; {@code -Dtest.flags="-Dfuzz.runs=5000 -Dfuzz.seed=7"} does more of it, or other.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class HostileInputTest {

    private static final int RUNS = Integer.getInteger("fuzz.runs", 100);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final String MIXED = example("captures/mixed.pcap");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "firewall/firewall.bpf.o",
                "traffic-meter/traffic-meter.bpf.o",
                "load-balancer/load-balancer.bpf.o"
            })
    void survivesDamagedObjects(final String name) throws IOException {
        final byte[] good = Files.readAllBytes(Path.of(example(name)));
        final Path file = folder.resolve("damaged.o");
        for (int run = 0; run < RUNS; run++) {
            Files.write(file, Damage.to(good, SEED + run));
            check(run, CommandRun.of("dump", file.toString()));
            check(run, CommandRun.of("dump", file.toString(), "--json", "--bytes", "--btf", file.toString()));
            checkVerdicts(run, CommandRun.of("verify", file.toString(), "--budget", "20000"));
            checkVerified(run, CommandRun.of("run", file.toString(), "--in", MIXED, "--limit", "4", "--show", "all"));
            check(
                    run,
                    CommandRun.of(
                            "run", file.toString(), "--unverified", "--in", MIXED, "--limit", "4", "--show", "all"));
        }
    }

    /** An object whole, and the names of its programs. */
    private record Whole(byte[] bytes, List<String> programs) {}

    private static List<Whole> wholeObjects(final SectionDamage kind) throws IOException {
        final List<Path> files = new ArrayList<>();
        for (final Path root : List.of(Path.of(object(".")), EXAMPLES)) {
            try (Stream<Path> found = Files.walk(root)) {
                found.filter(file -> file.toString().endsWith(".o")).sorted().forEach(files::add);
            }
        }
        final List<Whole> objects = new ArrayList<>();
        for (final Path file : files) {
            final byte[] bytes = Files.readAllBytes(file);
            final List<String> programs =
                    List.copyOf(BpfObject.parse(file).programs().keySet());
            if (kind.concerns(bytes) && !programs.isEmpty()) {
                objects.add(new Whole(bytes, programs));
            }
        }
        return objects;
    }

    @ParameterizedTest
    @EnumSource(SectionDamage.class)
    void survivesDamageWithinASection(final SectionDamage kind) throws IOException {
        final List<Whole> objects = wholeObjects(kind);
        assertThat(objects).hasSizeGreaterThan(2);
        final Path file = folder.resolve("damaged.o");
        int understood = 0;
        for (int run = 0; run < RUNS; run++) {
            final SplittableRandom random = new SplittableRandom(SEED + run);
            final Whole whole = objects.get(random.nextInt(objects.size()));
            final String program = whole.programs.get(random.nextInt(whole.programs.size()));
            Files.write(file, kind.to(whole.bytes, random.nextLong()));
            final CommandRun dump = CommandRun.of("dump", file.toString(), "--bytes");
            check(run, dump);
            understood += dump.status() == 0 ? 1 : 0;
            check(run, CommandRun.of("dump", file.toString(), "--json", "--btf", file.toString()));
            checkVerdicts(run, CommandRun.of("verify", file.toString(), "--budget", "20000"));
            check(
                    run,
                    CommandRun.of(
                            "run",
                            file.toString(),
                            "--unverified",
                            "--in",
                            MIXED,
                            "--limit",
                            "3",
                            "--show",
                            "all",
                            "--program",
                            program));
        }
        assertThat(understood).as("damage that reading does not stop at").isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"captures/mixed.pcap", "captures/balancer.pcap"})
    void survivesDamagedCaptures(final String name) throws IOException {
        final byte[] good = Files.readAllBytes(Path.of(example(name)));
        final Path file = folder.resolve("damaged.pcap");
        for (int run = 0; run < RUNS; run++) {
            Files.write(file, Damage.to(good, SEED + run));
            final String program = run % 2 == 0 ? "firewall/firewall.bpf.o" : "traffic-meter/traffic-meter.bpf.o";
            check(
                    run,
                    CommandRun.of(
                            "run",
                            example(program),
                            "--in",
                            file.toString(),
                            "--out",
                            folder.resolve("passed.pcapng").toString(),
                            "--drop-out",
                            folder.resolve("dropped.pcap").toString()));
        }
    }

    @Test
    void survivesDamagedPrograms() throws IOException {
        final byte[] elf = Files.readAllBytes(Path.of("src", "test", "resources", "objects", "bare.o"));
        final byte[] code = HexFormat.of()
                .parseHex("bf26000000000000b7000000000000001502040000000000711300000000000"
                        + "00f300000000000000701000001000000070200" + "00ffffffff9500000000000000");
        for (int run = 0; run < RUNS; run++) {
            final SplittableRandom random = new SplittableRandom(SEED + run);
            final String memory = hex(Damage.bytes(random, random.nextInt(64)));
            check(run, CommandRun.withInput(hex(Damage.to(elf, SEED + run)), "exec", "--elf", memory));
            check(run, CommandRun.withInput(hex(Damage.to(code, SEED + run)), "exec", memory));
            check(
                    run,
                    CommandRun.withInput(Damage.to(hex(code).getBytes(StandardCharsets.US_ASCII), SEED + run), "exec"));
        }
    }

    @Test
    void survivesDamagedAssembly() throws IOException {
        final CommandRun dump = CommandRun.of("dump", object("subprograms.o"), "--no-source");
        final byte[] good = dump.output().getBytes(StandardCharsets.UTF_8);
        for (int run = 0; run < RUNS; run++) {
            check(run, CommandRun.withInput(Damage.to(good, SEED + run), "asm", "-"));
        }
    }

    @Test
    void survivesDamagedMapPresets() throws IOException {
        final byte[] good = Files.readAllBytes(Path.of(example("load-balancer/demo.maps")));
        final Path file = folder.resolve("damaged.maps");
        for (int run = 0; run < RUNS; run++) {
            Files.write(file, Damage.to(good, SEED + run));
            check(
                    run,
                    CommandRun.of(
                            "run",
                            example("load-balancer/load-balancer.bpf.o"),
                            "--in",
                            example("captures/balancer.pcap"),
                            "--limit",
                            "10",
                            "--max-entries",
                            "connections=64",
                            "--map",
                            "@" + file));
        }
    }

    @Test
    void namesTheLineOfAHostilePreset() throws IOException {
        final Path file = folder.resolve("bad.maps");
        for (final List<String> each : List.of(
                List.of("none=1:2", "no such map: map=none (declared: "),
                List.of("blocked", "map preset must be NAME=KEY:VALUE: blocked"),
                List.of("=", "map preset must be NAME=KEY:VALUE: ="),
                List.of("blocked=10.0.0.0/8", "map preset must be NAME=KEY:VALUE: blocked=10.0.0.0/8"),
                List.of("blocked=" + "{".repeat(100_000) + ":1", "braces nested too deep (limit 32): {{{"),
                List.of("blocked=10.0.0.0/8:" + "9".repeat(2_000_000), "not a number: 999"),
                List.of("blocked=10.0.0.0/" + "9".repeat(2_000_000) + ":1", "not a number: 999"),
                List.of("blocked=10.0.0.0/8:hex:zz", "not a number: 8:hex"))) {
            Files.writeString(file, "# comment\n\n" + each.getFirst() + "\n");
            assertThat(firewall("--map", "@" + file).refusal())
                    .startsWith(file + ", line 3: " + each.getLast())
                    .hasSizeLessThan(400);
        }
    }

    @Test
    void refusesNumbersThatAreTooLarge() {
        assertThat(firewall("--max-entries", "rule_stats=2000000000").refusal())
                .startsWith("map create failed: E2BIG, map=rule_stats (maxEntries=2000000000, ");
        assertThat(firewall("--max-entries", "rule_stats=99999999999999999999").refusal())
                .isEqualTo("not a number: --max-entries rule_stats=99999999999999999999");
        assertThat(firewall("--max-entries", ".rodata=2").refusal())
                .isEqualTo("size of global variables cannot be changed: map=.rodata, maxEntries=2");
        assertThat(firewall("--repeat", "99999999999").refusal())
                .isEqualTo("--repeat must be a whole number up to 2147483647: --repeat 99999999999 (see xdp4j run"
                        + " --help)");
        assertThat(firewall("--limit", "-1").refusal()).isEqualTo("--limit must be 1 or more: --limit -1");
        assertThat(firewall("--limit", "99999999999999999999").refusal())
                .startsWith("--limit must be a whole number up to 9223372036854775807: --limit 99999999999999999999");
        assertThat(firewall("--repeat", "2147483647", "--limit", "1").output()).contains("1 packets, ");
        assertThat(CommandRun.of(
                                "run",
                                example("traffic-meter/traffic-meter.bpf.o"),
                                "--in",
                                MIXED,
                                "--show",
                                "ethertypes",
                                "--entries",
                                "2147483647",
                                "--json")
                        .output())
                .contains("\"key\" : ", "\"more\" : false");
    }

    private static CommandRun firewall(final String... more) {
        final List<String> args = new ArrayList<>(List.of("run", example("firewall/firewall.bpf.o"), "--in", MIXED));
        args.addAll(List.of(more));
        return CommandRun.of(args.toArray(String[]::new));
    }

    private static void check(final int run, final CommandRun result) {
        assertThat(result.err())
                .as("run=%d, status=%d", run, result.status())
                .doesNotContain("internal error", "out of memory")
                .hasLineCount(result.status() == 0 ? 0 : 1);
        if (result.status() != 0) {
            result.refusal();
        }
    }

    /** The same where programs are verified: a refusal goes on with its explanation, which is indented. */
    private static void checkVerified(final int run, final CommandRun result) {
        final List<String> lines = result.err().lines().toList();
        if (result.status() != 0 && lines.size() > 1) {
            assertThat(lines.getFirst()).as("run=%d", run).startsWith("xdp4j: program refused: ");
            assertThat(lines.subList(1, lines.size()))
                    .as("run=%d", run)
                    .allSatisfy(line -> assertThat(line).startsWith("  "));
            assertThat(result.out()).isEmpty();
        } else {
            check(run, result);
        }
    }

    /** What {@code verify} says of an object that may be broken: lines of programs, or one of the object. */
    private static void checkVerdicts(final int run, final CommandRun result) {
        if (result.out().isEmpty()) {
            check(run, result);
        } else {
            assertThat(result.err()).as("run=%d", run).doesNotContain("error");
            assertThat(result.out()).as("run=%d", run).containsPattern(": (accepted|rejected|skipped): ");
        }
    }

    private static String hex(final byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
