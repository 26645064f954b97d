package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsmCommandTest {

    private static final String TWO_LINES = String.format("b7 00 00 00 02 00 00 00%n95 00 00 00 00 00 00 00%n");

    @TempDir
    Path folder;

    @Test
    void printsAnInstructionALine() throws IOException {
        assertThat(assemble("r0 = 2\nexit\n").output()).isEqualTo(TWO_LINES);
        final Path file = folder.resolve("two.s");
        Files.writeString(file, "r0 = 2 ; pass\nexit\n");
        assertThat(CommandRun.of("asm", file.toString()).output()).isEqualTo(TWO_LINES);
    }

    @Test
    void writesBytesToAFile() throws IOException {
        final Path file = folder.resolve("two.bin");
        assertThat(CommandRun.withInput("r0 = 2\nexit\n", "asm", "-", "--out", file.toString())
                        .output())
                .isEmpty();
        assertThat(Files.readAllBytes(file)).containsExactly(0xb7, 0, 0, 0, 2, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void neverWritesOverItsInput() throws IOException {
        final Path file = Files.writeString(folder.resolve("loop.s"), "r0 = 2\nexit\n");
        final Path link = Files.createSymbolicLink(folder.resolve("link.s"), file);
        assertThat(CommandRun.refusal("asm", file.toString(), "--out", link.toString()))
                .isEqualTo("output would be written over an input: --out " + link + ", assembly=" + file
                        + " (name another file)");
        assertThat(file).hasContent("r0 = 2\nexit\n");
    }

    @Test
    void namesFileLineAndColumn() throws IOException {
        assertThat(assemble("r0 = 2\n  r0 = r11\n").refusal())
                .isEqualTo("-, line 2, column 8: unknown register: r11 (r0 to r10)");
        final Path file = folder.resolve("bad.s");
        Files.writeString(file, "goto nowhere\n");
        assertThat(CommandRun.refusal("asm", file.toString())).startsWith(file + ", line 1, column 6: ");
    }

    @Test
    void refusesCodeThatCannotRunAsItStands() {
        assertThat(assemble("r0 = 2\n").refusal()).startsWith("-, line 1: pc=0: ");
        assertThat(assemble("").refusal()).startsWith("-: ");
        assertThat(assemble("r1 = map[ports]\nexit\n").refusal())
                .startsWith("-: bare instructions cannot refer to maps or kernel symbols: ");
    }

    @Test
    void refusesFilesThatItCannotReadOrWrite() {
        final String none = folder.resolve("none.s").toString();
        assertThat(CommandRun.refusal("asm", none))
                .isEqualTo("cannot read assembly text: file=" + none + " (no such file or directory)");
        assertThat(CommandRun.refusal("asm", folder.toString()))
                .isEqualTo("cannot read assembly text: file=" + folder + " (is a directory)");
        assertThat(CommandRun.withInput("exit", "asm", "-", "--out", folder.toString())
                        .refusal())
                .isEqualTo("cannot write instructions: file=" + folder + " (is a directory)");
    }

    @Test
    void refusesHostileText() {
        assertThat(assemble("\0\u001b[2J").refusal()).startsWith("-, line 1, column 1: ");
        assertThat(assemble("r0 = " + "9".repeat(100_000)).refusal())
                .startsWith("-, line 1, column 6: ")
                .hasSizeLessThan(300);
        assertThat(assemble("(".repeat(100_000)).refusal())
                .startsWith("-, line 1, column 1: ")
                .hasSizeLessThan(300);
        assertThat(CommandRun.withInput(new byte[] {(byte) 0xff, (byte) 0xfe, 0}, "asm", "-")
                        .refusal())
                .startsWith("-, line 1, column 1: ");
        assertThat(assemble("exit\n".repeat(1_000_001)).refusal()).contains("program is too long");
    }

    private static CommandRun assemble(final String text) {
        return CommandRun.withInput(text, "asm", "-");
    }
}
