package io.xdp4j.bpf.asm;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xdp4j.bpf.insn.CodeCheck;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Any text at all as assembly: code, or one line that says why not; code that is a program comes back the same from what
 * the disassembler makes of it. {@code JAZZER_FUZZ=1} looks for more; otherwise the corpus is replayed.
 */
final class AssemblerFuzzTest {

    /** The disassembler cuts longer names than this, so that they do not come back. */
    private static final Pattern LONG_NAME = Pattern.compile("[^\\s\\[\\]]{100}");

    @FuzzTest(maxDuration = "2m")
    void readsAnyText(final byte[] bytes) {
        final String text = new String(bytes, StandardCharsets.UTF_8);
        final Assembly assembly;
        try {
            assembly = Assembler.assemble(text);
        } catch (final AssemblyException e) {
            assertThat(e.getMessage()).startsWith("line ").hasLineCount(1);
            return;
        }
        if (CodeCheck.problem(assembly.code()) == null
                && !LONG_NAME.matcher(text).find()) {
            final String listing = new Disassembler()
                    .withReferences(assembly.references())
                    .withLabels(assembly.functions())
                    .text(assembly.code());
            final Assembly again = Assembler.assemble(listing);
            assertThat(again.code()).as(listing).isEqualTo(assembly.code());
            assertThat(again.references()).as(listing).isEqualTo(assembly.references());
        }
    }
}
