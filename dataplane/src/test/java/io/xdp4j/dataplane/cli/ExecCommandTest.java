package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ExecCommandTest {

    private static final String RETURN_LENGTH = "bf 20 00 00 00 00 00 00 95 00 00 00 00 00 00 00";
    private static final String RETURN_FIRST_BYTE = "71 10 00 00 00 00 00 00 95 00 00 00 00 00 00 00";

    @Test
    void printsWhatTheProgramReturns() {
        assertThat(CommandRun.withInput(RETURN_LENGTH, "exec", "aa bb cc")).isEqualTo(new CommandRun(0, line("3"), ""));
        assertThat(CommandRun.withInput(RETURN_FIRST_BYTE, "exec", "aa bb cc", "--interpret"))
                .isEqualTo(new CommandRun(0, line("aa"), ""));
    }

    @Test
    void givesNoMemoryWhereNoneIsNamed() {
        assertThat(CommandRun.withInput(RETURN_LENGTH, "exec")).isEqualTo(new CommandRun(0, line("0"), ""));
    }

    @Test
    void readsWhatTheAssemblerPrints() {
        final CommandRun assembled = CommandRun.withInput("r0 = 0x1122334455667788 ll\nexit\n", "asm", "-");
        assertThat(CommandRun.withInput(assembled.out(), "exec").out()).isEqualTo(line("1122334455667788"));
    }

    @Test
    void callsHelperFive() {
        final CommandRun assembled = CommandRun.withInput("r1 = -1\ncall 5\nr0 = 2\nexit\n", "asm", "-");
        assertThat(CommandRun.withInput(assembled.out(), "exec").out()).isEqualTo(line("2"));
        final CommandRun register = CommandRun.withInput("r1 = -1\nr2 = 5\ncallx r2\nr0 = 2\nexit\n", "asm", "-");
        assertThat(CommandRun.withInput(register.out(), "exec").out()).isEqualTo(line("2"));
    }

    @Test
    void endsWithAMessageWhereTheProgramFails() {
        final CommandRun run = CommandRun.withInput(RETURN_FIRST_BYTE, "exec");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .isEqualTo(line("xdp4j: program=main, pc=0: load out of bounds: address=null, size=1 bytes"));
    }

    @Test
    void refusesWhatIsNoProgram() {
        fails("program on standard input is not hexadecimal text", "zz");
        fails("program must be a positive number of 8-byte instructions: length=3 bytes", "aa bb cc");
        fails("program must be a positive number of 8-byte instructions: length=0 bytes", "");
        fails("pc=0: ", "ff 00 00 00 00 00 00 00");
    }

    @Test
    void runsTheElfFilesOfTheConformanceRunner() throws IOException {
        final String elf =
                HexFormat.of().formatHex(Files.readAllBytes(Path.of("src", "test", "resources", "objects", "bare.o")));
        // the sum of the bytes above the length
        assertThat(CommandRun.withInput(elf, "exec", "01 02 ff", "--elf").output())
                .isEqualTo(line("10200000003"));
        assertThat(CommandRun.withInput(elf, "exec", "--elf").output()).isEqualTo(line("0"));
    }

    @Test
    void printsAResultThatTheRunnerReads() {
        // memory first, options after it; 16 digits, no 0x
        final String minusOne = "b7 00 00 00 ff ff ff ff\n95 00 00 00 00 00 00 00\n";
        assertThat(CommandRun.withInput(minusOne, "exec", "", "--interpret").output())
                .isEqualTo(line("ffffffffffffffff"));
        assertThat(CommandRun.of("exec", "aa", "--program", RETURN_LENGTH).output())
                .isEqualTo(line("1"));
    }

    @Test
    void refusesHostileInput() {
        assertThat(CommandRun.refusal("exec", "abc", "--program", RETURN_LENGTH))
                .startsWith("memory is not hexadecimal text: ");
        assertThat(CommandRun.refusal("exec", "--program", "z".repeat(100_000)))
                .startsWith("program is not hexadecimal text: ")
                .hasSizeLessThan(200);
        assertThat(CommandRun.withInput("7f454c46", "exec", "--elf").refusal())
                .isEqualTo("ELF header runs past the end: needs 1 bytes, has 0: file=standard input, offset=4");
        assertThat(CommandRun.withInput("00", "exec", "--elf").refusal()).contains("file=standard input");
        assertThat(CommandRun.refusal("exec", "--program", "05 00 ff ff 00 00 00 00 95 00 00 00 00 00 00 00"))
                .isEqualTo("program=main, pc=0: program ran too long (limit 268435456 instructions)");
    }

    private static void fails(final String message, final String input) {
        final CommandRun run = CommandRun.withInput(input, "exec");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("xdp4j: ").contains(message).hasLineCount(1);
    }

    private static String line(final String text) {
        return text + System.lineSeparator();
    }
}
