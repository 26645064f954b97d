package io.xdp4j.dataplane.cli;

import static io.xdp4j.dataplane.cli.CommandRun.example;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.capture.CaptureReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {

    private static final String FIREWALL = example("firewall/firewall.bpf.o");
    private static final String MIXED = example("captures/mixed.pcap");

    @TempDir
    Path folder;

    @Test
    void writesWhatPassesAndCountsTheRest() {
        final Path passed = folder.resolve("passed.pcap");
        final CommandRun run = CommandRun.of("run", FIREWALL, "--in", MIXED, "--out", passed.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out())
                .contains("358 packets")
                .containsPattern("PASS +320 +89.4%")
                .containsPattern("DROP +38 +10.6%")
                .contains("320 packets written to " + passed);
        assertThat(packets(passed)).isEqualTo(320);
    }

    @Test
    void addsUpWhateverGoesWhere() {
        final Path passed = folder.resolve("passed.pcap");
        final Path dropped = folder.resolve("dropped.pcapng");
        CommandRun.of("run", FIREWALL, "--in", MIXED, "--out", passed.toString(), "--drop-out", dropped.toString());
        assertThat(packets(passed) + packets(dropped)).isEqualTo(358);
    }

    @Test
    void putsMapEntriesBeforeTheProgramRuns() {
        final CommandRun plain = CommandRun.of("run", FIREWALL, "--in", MIXED, "--json");
        final CommandRun blocked = CommandRun.of(
                "run", FIREWALL, "--in", MIXED, "--json", "--map", "blocked=10.0.0.0/8:1", "--show", "rule_stats");
        assertThat(dropped(blocked)).isGreaterThan(dropped(plain));
        assertThat(blocked.out()).contains("\"key\" : \"1\"");
    }

    @Test
    void givesTheSameAnswerOverAndOver() {
        final CommandRun once = CommandRun.of("run", FIREWALL, "--in", MIXED, "--json");
        final CommandRun thrice = CommandRun.of("run", FIREWALL, "--in", MIXED, "--json", "--repeat", "3");
        assertThat(dropped(thrice)).isEqualTo(3 * dropped(once));
    }

    @Test
    void stopsAfterTheLimit() {
        assertThat(CommandRun.of("run", FIREWALL, "--in", MIXED, "--limit", "100")
                        .out())
                .contains("100 packets, ");
    }

    @Test
    void setsConstantsBeforeTheProgramRuns() {
        final CommandRun run = CommandRun.of(
                "run",
                FIREWALL,
                "--in",
                MIXED,
                "--json",
                "--global",
                "drop_martians=0",
                "--global",
                "drop_bad_flags=0");
        assertThat(dropped(run)).isEqualTo(17);
    }

    @Test
    void runsTheLoadBalancersDemo() {
        final Path balanced = folder.resolve("balanced.pcap");
        final CommandRun run = CommandRun.of(
                "run",
                example("load-balancer/load-balancer.bpf.o"),
                "--in",
                example("captures/balancer.pcap"),
                "--map",
                "@" + example("load-balancer/demo.maps"),
                "--tx-out",
                balanced.toString());
        assertThat(run.err()).isEmpty();
        assertThat(packets(balanced)).isPositive();
        assertThat(run.out()).containsPattern("ABORTED +0 ");
    }

    @Test
    void runsTheTrafficMeterAndShowsItsMaps() {
        final CommandRun run =
                CommandRun.of("run", example("traffic-meter/traffic-meter.bpf.o"), "--in", MIXED, "--show", "all");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).containsPattern("PASS +358 +100.0%").contains("lru_hash");
    }

    @Test
    void saysInOneLineWhatIsWrong() throws IOException {
        fails("object", "no such file", "run", folder.resolve("none.o").toString(), "--in", MIXED);
        fails(
                "capture",
                "no such file",
                "run",
                FIREWALL,
                "--in",
                folder.resolve("none.pcap").toString());
        fails("no such program: program=none", "", "run", FIREWALL, "--in", MIXED, "--program", "none");
        fails("no such map: map=none", "declared: ", "run", FIREWALL, "--in", MIXED, "--map", "none=1:2");
        refusesPreset("--map: map preset must be NAME=KEY:VALUE: blocked", "--map", "blocked");
        refusesPreset("--map blocked: prefix length out of range", "--map", "blocked=10.0.0.0/99:1");
        refusesPreset("--map ports: braces do not match: {6,23:1", "--map", "ports={6,23:1");
        refusesPreset("--map ports: braces do not match: {6,23}}:1", "--map", "ports={6,23}}:1");
        refusesPreset("--map blocked: number does not fit: ", "--map", "blocked=10.0.0.0/8:" + "9".repeat(40));
        refusesPreset("--global drop_martians: not a number: maybe", "--global", "drop_martians=maybe");
        fails("the name is empty: --map @", "", "run", FIREWALL, "--in", MIXED, "--map", "@");
        fails("--mtu must be IFINDEX=BYTES, both 1 or more: --mtu 7", "", "run", FIREWALL, "--in", MIXED, "--mtu", "7");
        fails("no such variable", "", "run", FIREWALL, "--in", MIXED, "--global", "none=1");
        fails("--repeat must be 1 or more", "", "run", FIREWALL, "--in", MIXED, "--repeat", "0");
        fails("--clock must be capture or system", "", "run", FIREWALL, "--in", MIXED, "--clock", "sundial");
        fails("missing: --in CAPTURE (see xdp4j run --help)", "", "run", FIREWALL);
        fails("no such option: --nonsense", "(see xdp4j run --help)", "run", FIREWALL, "--in", MIXED, "--nonsense");
        fails("not an ELF file", "", "run", MIXED, "--in", MIXED);
        fails("capture", FIREWALL, "run", FIREWALL, "--in", FIREWALL);
        final Path short1 = folder.resolve("short.pcap");
        final byte[] all = Files.readAllBytes(Path.of(MIXED));
        Files.write(short1, Arrays.copyOf(all, 1000));
        fails("truncated packet", "offset=", "run", FIREWALL, "--in", short1.toString());
    }

    private static void refusesPreset(final String message, final String option, final String value) {
        fails(message, "", "run", FIREWALL, "--in", MIXED, option, value);
    }

    @Test
    void refusesAProgramThatBreaksARuleAndSaysWhy() {
        final String refused = CommandRun.object("refused.o");
        final CommandRun run = CommandRun.of("run", refused, "--in", MIXED, "--program", "one_past");
        final String place = "[./refused.c:24:19: return data ? ((volatile __u8 *)data)[4] : XDP_DROP;]";
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .startsWith(
                        "xdp4j: program refused: program=one_past, section=xdp, pc=7: packet byte 4 read, but only the"
                                + " first 4 bytes are known to exist: compare data + 5 with data_end first " + place,
                        "  rule: packet-bounds",
                        "  insn: r0 = *(u8 *)(r2 + 0)",
                        "  regs: r2=pkt(off=4,r=4)")
                .hasSize(6);
        assertThat(CommandRun.of("run", refused, "--in", MIXED, "--program", "one_past", "--unverified")
                        .output())
                .contains("358 packets");
    }

    @Test
    void neverWritesOverItsInput() throws IOException {
        final Path copy = folder.resolve("copy.pcap");
        Files.copy(Path.of(MIXED), copy);
        fails("over its own input", "", "run", FIREWALL, "--in", copy.toString(), "--out", copy.toString());
        assertThat(copy).hasSameBinaryContentAs(Path.of(MIXED));
    }

    @Test
    void refusesTwoOutputsIntoOneFile() throws IOException {
        final Path same = folder.resolve("same.pcap");
        final Path other = Path.of(folder.toString(), ".", "same.pcap");
        final String message = "two outputs name the same file: --out " + same + ", --tx-out ";
        fails(message + other, "", twoOutputs(same, other));
        final Path link = Files.createSymbolicLink(folder.resolve("link.pcap"), Path.of("same.pcap"));
        fails(message + link, "", twoOutputs(same, link));
        final Path folderLink = Files.createSymbolicLink(folder.resolve("here"), Path.of("."));
        fails(message, "", twoOutputs(same, folderLink.resolve("same.pcap")));
        assertThat(same).doesNotExist();
        Files.writeString(same, "before");
        fails(message, "", twoOutputs(same, Files.createLink(folder.resolve("hard.pcap"), same)));
        fails(message, "", twoOutputs(same, link));
        assertThat(same).hasContent("before");
        fails("two outputs name the same file: --out -, --tx-out -", "", twoOutputs(Path.of("-"), Path.of("-")));
    }

    private static String[] twoOutputs(final Path passed, final Path transmitted) {
        return new String[] {
            "run", FIREWALL, "--in", MIXED, "--out", passed.toString(), "--tx-out", transmitted.toString()
        };
    }

    @Test
    void refusesToWriteOverAnythingThatItReads() throws IOException {
        final Path object = Files.copy(Path.of(FIREWALL), folder.resolve("mine.o"));
        final Path presets = Files.writeString(folder.resolve("mine.maps"), "blocked=10.0.0.0/8:1");
        final Path link = Files.createSymbolicLink(folder.resolve("link"), object);
        for (final Path output : List.of(object, link, presets)) {
            final String what = output.equals(presets) ? "presets=" + presets : "object=" + object;
            fails(
                    "output would be written over an input: --drop-out " + output + ", " + what
                            + " (name another file)",
                    "",
                    "run",
                    object.toString(),
                    "--in",
                    MIXED,
                    "--map",
                    "@" + presets,
                    "--drop-out",
                    output.toString());
        }
        fails("types=" + link, "", "run", FIREWALL, "--in", MIXED, "--btf", link.toString(), "--out", link.toString());
        assertThat(object).hasSameBinaryContentAs(Path.of(FIREWALL));
        assertThat(presets).hasContent("blocked=10.0.0.0/8:1");
    }

    @Test
    void tellsWhatWasDoneOfARunThatItGivesUp() {
        final Path aborted = folder.resolve("aborted.pcap");
        final String[] args = {
            "run",
            CommandRun.object("refused.o"),
            "--unverified",
            "--limit",
            "3",
            "--runaways",
            "2",
            "--program",
            "endless",
            "--in",
            MIXED,
            "--aborted-out",
            aborted.toString()
        };
        final CommandRun run = CommandRun.of(args);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains("3 packets, ", "given up before the end")
                .containsPattern("ABORTED +3 +100.0%")
                .contains("3 packets written to " + aborted + " (partial)");
        assertThat(run.err())
                .startsWith(
                        "xdp4j: stopped after 3 packets, what was written is partial: the program did not end on 3 of"
                                + " them (limit 2, another with --runaways): ")
                .hasLineCount(1);
        assertThat(packets(aborted)).isEqualTo(3);
    }

    private static void fails(final String what, final String more, final String... args) {
        final CommandRun run = CommandRun.of(args);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("xdp4j: ")
                .contains(what)
                .contains(more)
                .hasLineCount(1);
    }

    private static long dropped(final CommandRun run) {
        final var matcher = java.util.regex.Pattern.compile("\"DROP\" : \\{\\s*\"packets\" : (\\d+)")
                .matcher(run.out());
        assertThat(matcher.find()).as(run.out() + run.err()).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static long packets(final Path capture) {
        try (CaptureReader reader = CaptureReader.open(capture)) {
            while (reader.advance()) {
                assertThat(reader.capturedLength()).isPositive();
            }
            return reader.packets();
        }
    }
}
