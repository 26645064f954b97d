package io.xdp4j.dataplane.cli;

import static io.xdp4j.dataplane.cli.CommandRun.example;
import static io.xdp4j.dataplane.cli.CommandRun.object;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyCommandTest {

    private static final String FIREWALL = example("firewall/firewall.bpf.o");
    private static final String ONE_PAST_PLACE =
            "[./refused.c:24:19: return data ? ((volatile __u8 *)data)[4] : XDP_DROP;]";

    @TempDir
    Path folder;

    @Test
    void saysInALineThatAProgramIsAccepted() {
        assertThat(CommandRun.of("verify", FIREWALL).output())
                .hasLineCount(1)
                .startsWith(FIREWALL + ": firewall in xdp: accepted: ")
                .containsPattern("accepted: [\\d,]+ instructions processed, [\\d,]+ states \\(peak [\\d,]+\\),"
                        + " stack \\d+ bytes, \\d+ dead, [\\d.]+ ms");
    }

    @Test
    void explainsWhyAProgramIsRejected() {
        final CommandRun run = CommandRun.of("verify", object("refused.o"), "--program", "one_past");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        object("refused.o")
                                + ": one_past in xdp: rejected: pc=7: packet byte 4 read, but only the first"
                                + " 4 bytes are known to exist: compare data + 5 with data_end first " + ONE_PAST_PLACE,
                        "  rule: packet-bounds",
                        "  insn: r0 = *(u8 *)(r2 + 0)",
                        "  regs: r2=pkt(off=4,r=4)",
                        "  path: pc=5 if r2 > r1 goto +2 (not taken) " + ONE_PAST_PLACE.replace(":19:", ":12:"),
                        "  path: pc=6 if w3 == 0 goto +1 (not taken) " + ONE_PAST_PLACE.replace(":19:", ":12:"));
    }

    @Test
    void rejectsEveryProgramThatIsMadeForIt() {
        final CommandRun run = CommandRun.of("verify", object("refused.o"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).doesNotContain("accepted");
        assertThat(run.out().lines().filter(line -> line.contains(": rejected: ")))
                .hasSize(9);
    }

    @Test
    void takesSeveralFilesAndFailsIfOneProgramIsRejected() {
        final CommandRun run = CommandRun.of(
                "verify", FIREWALL, object("tracing_helper.o"), example("traffic-meter/traffic-meter.bpf.o"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().filter(line -> line.contains(": accepted: ")))
                .hasSize(2);
        assertThat(run.out())
                .contains("current_task in xdp: rejected: pc=0: helper get_current_task#35 is for tracing");
        assertThat(CommandRun.of("verify", FIREWALL, example("traffic-meter/traffic-meter.bpf.o"))
                        .output())
                .hasLineCount(2);
    }

    @Test
    void choosesByProgramAndSection() {
        final String sections = object("sections.o");
        final CommandRun all = CommandRun.of("verify", sections, "--json");
        final String section = ParsedJson.of(all.out()).text("/programs/1/section");
        assertThat(CommandRun.of("verify", sections, "--section", section).out())
                .contains(" in " + section + ": ")
                .hasLineCount(1);
        assertThat(CommandRun.refusal("verify", FIREWALL, "--program", "none"))
                .isEqualTo("no such program: program=none (there are: firewall in xdp)");
        assertThat(CommandRun.refusal("verify", FIREWALL, "--section", "tc"))
                .isEqualTo("no such program: section=tc (there are: firewall in xdp)");
        assertThat(CommandRun.refusal("verify", FIREWALL, "--section", "tc", "--program", "firewall"))
                .isEqualTo("no such program: program=firewall, section=tc (there are: firewall in xdp)");
    }

    @Test
    void skipsProgramsOfAnotherKind() throws IOException {
        // the section's name in the table of names says what kind of program it holds
        final byte[] bytes = Files.readAllBytes(Path.of(object("tracing_helper.o")));
        final String text = new String(bytes, StandardCharsets.ISO_8859_1);
        final String changed = text.replace("\0xdp\0", "\0tc\0\0");
        assertThat(changed).isNotEqualTo(text);
        final Path other = folder.resolve("tc.o");
        Files.write(other, changed.getBytes(StandardCharsets.ISO_8859_1));
        final CommandRun alone = CommandRun.of("verify", other.toString());
        assertThat(alone.status()).isEqualTo(1);
        assertThat(alone.out()).isEqualToIgnoringNewLines(other + ": current_task in tc: skipped: type=sched_cls");
        assertThat(alone.err()).isEqualToIgnoringNewLines("xdp4j: nothing was verified: no XDP program");
        final CommandRun beside = CommandRun.of("verify", other.toString(), FIREWALL);
        assertThat(beside.status()).isZero();
        assertThat(beside.out()).hasLineCount(2);
    }

    @Test
    void printsTheStatesThatItGoesThrough() {
        assertThat(CommandRun.of("verify", object("refused.o"), "--program", "no_bounds_check", "--verbose")
                        .out()
                        .lines()
                        .limit(5))
                .containsExactly(
                        object("refused.o") + ": no_bounds_check in xdp",
                        "; SEC(\"xdp\") int no_bounds_check(struct xdp_md *ctx) { return *(__u8 *)(long)ctx->data; } @"
                                + " ./refused.c:17:81",
                        "0: r1 = *(u32 *)(r1 + 0) ; R1=ctx R10=fp0",
                        "; SEC(\"xdp\") int no_bounds_check(struct xdp_md *ctx) { return *(__u8 *)(long)ctx->data; } @"
                                + " ./refused.c:17:61",
                        "1: r0 = *(u8 *)(r1 + 0) ; R1=pkt(r=0) R10=fp0");
    }

    @Test
    void printsFactsBesideTheInstructions() {
        assertThat(CommandRun.of("verify", FIREWALL, "--facts").output())
                .containsPattern(" \\d+:\t.* = \\*\\(u32 \\*\\)\\(r\\d \\+ 0\\) +; r\\d=context\\R");
    }

    @Test
    void printsJsonForEditors() {
        final CommandRun run = CommandRun.of("verify", object("refused.o"), "--program", "one_past", "--json");
        assertThat(run.status()).isEqualTo(1);
        final ParsedJson json = ParsedJson.of(run.out());
        assertThat(json.text("/programs/0/file")).isEqualTo(object("refused.o"));
        assertThat(json.text("/programs/0/program")).isEqualTo("one_past");
        assertThat(json.text("/programs/0/section")).isEqualTo("xdp");
        assertThat(json.text("/programs/0/accepted")).isEqualTo("false");
        assertThat(json.text("/programs/0/rule")).isEqualTo("packet-bounds");
        assertThat(json.text("/programs/0/pc")).isEqualTo("7");
        assertThat(json.text("/programs/0/insn")).isEqualTo("r0 = *(u8 *)(r2 + 0)");
        assertThat(json.text("/programs/0/source/file")).isEqualTo("./refused.c");
        assertThat(json.text("/programs/0/source/line")).isEqualTo("24");
        assertThat(json.text("/programs/0/source/column")).isEqualTo("19");
        assertThat(json.text("/programs/0/source/text"))
                .isEqualTo("    return data ? ((volatile __u8 *)data)[4] : XDP_DROP;");
        assertThat(json.text("/programs/0/reason")).startsWith("packet byte 4 read, but only the first 4 bytes");
        assertThat(json.text("/programs/0/registers")).isEqualTo("r2=pkt(off=4,r=4)");
        assertThat(json.text("/programs/0/path/0/pc")).isEqualTo("5");
        assertThat(json.text("/programs/0/path/0/taken")).isEqualTo("false");
        assertThat(json.text("/programs/0/path/0/source/line")).isEqualTo("24");
        assertThat(json.text("/programs/0/cost/processed")).isEqualTo("8");
        final ParsedJson accepted = ParsedJson.of(
                CommandRun.of("verify", FIREWALL, "--json", "--facts").output());
        assertThat(accepted.text("/programs/0/accepted")).isEqualTo("true");
        assertThat(accepted.text("/programs/0/facts/0/pc")).isEqualTo("0");
        assertThat(accepted.has("/programs/0/cost/peakStates")).isTrue();
    }

    @Test
    void followsNoMoreThanItsBudget() {
        final CommandRun run = CommandRun.of("verify", FIREWALL, "--budget", "10");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("the program is too complex: 10 instructions were followed", "rule: complexity");
        assertThat(CommandRun.refusal("verify", FIREWALL, "--kconfig", "CONFIG_HZ=x"))
                .isEqualTo("not a number: --kconfig CONFIG_HZ=x");
        assertThat(CommandRun.refusal("verify", FIREWALL, "--budget", "0"))
                .isEqualTo("--budget must be 1 or more: --budget 0");
        assertThat(CommandRun.refusal("verify", FIREWALL, "--json", "--verbose"))
                .isEqualTo("choose one: --verbose or --json");
    }

    @Test
    void tellsOnlyOfABrokenFile() throws IOException {
        final Path empty = Files.createFile(folder.resolve("empty.o"));
        assertThat(CommandRun.refusal("verify", FIREWALL, empty.toString()))
                .isEqualTo("file is empty (expected an ELF file): file=" + empty);
        assertThat(CommandRun.refusal("verify")).isEqualTo("missing: FILE.o (see xdp4j verify --help)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"core_relocations.o"})
    void appliesRelocations(final String name) {
        assertThat(CommandRun.of("verify", object(name), "--btf", object(name)).out())
                .contains(": accepted: ")
                .doesNotContain("internal error");
    }

    @Test
    void hasColoursOnlyOnATerminal() {
        assertThat(text(true)).contains("\u001b[32maccepted\u001b[0m");
        assertThat(text(false)).contains("accepted").doesNotContain("\u001b");
    }

    private static String text(final boolean colour) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final PrintStream both = new PrintStream(out, true, StandardCharsets.UTF_8);
        Main.run(new Terminal(InputStream.nullInputStream(), both, both, colour, false), "verify", FIREWALL);
        return out.toString(StandardCharsets.UTF_8);
    }
}
