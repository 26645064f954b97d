package io.xdp4j.tests.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.bpf.asm.Assembly;
import io.xdp4j.bpf.asm.Disassembler;
import io.xdp4j.bpf.insn.CodeCheck;
import io.xdp4j.bpf.insn.CodeProblem;
import io.xdp4j.bpf.insn.ConformanceGroup;
import io.xdp4j.bpf.insn.Decoder;
import io.xdp4j.bpf.insn.Insn;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CorpusTest {

    static List<CorpusCase> cases() {
        return Corpus.load();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void assemblesAndReadsBackFromEveryListing(final CorpusCase each) {
        final Assembly assembly = Assembler.assemble(each.asm());
        final long[] code = assembly.code();
        final Disassembler plain = new Disassembler();
        for (final Disassembler listing :
                List.of(plain, plain.withBytes(), plain.withPcs().withLabels(assembly.functions()))) {
            final String text = listing.text(code);
            assertThat(Assembler.assemble(text).code()).as(text).isEqualTo(code);
            assertThat(listing.text(Assembler.assemble(text).code())).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedOnlyWhereAnErrorIsExpected(final CorpusCase each) {
        final CodeProblem problem =
                CodeCheck.problem(Assembler.assemble(each.asm()).code());
        assertThat(problem == null ? null : problem.message())
                .isEqualTo(each.error().orElse(null));
    }

    @Test
    void namesAreUniqueWithinAFile() {
        final Set<String> names = new HashSet<>();
        for (final CorpusCase each : cases()) {
            assertThat(names.add(each.file() + " " + each.name()))
                    .as(each.toString())
                    .isTrue();
        }
    }

    @Test
    void coversEveryGroupAnXdpProgramMayUse() {
        final Set<ConformanceGroup> groups = EnumSet.noneOf(ConformanceGroup.class);
        for (final CorpusCase each : cases()) {
            if (each.error().isEmpty()) {
                for (final Insn insn :
                        Decoder.decode(Assembler.assemble(each.asm()).code())) {
                    if (insn != null) {
                        groups.add(insn.group());
                    }
                }
            }
        }
        assertThat(groups).isEqualTo(EnumSet.complementOf(EnumSet.of(ConformanceGroup.PACKET)));
    }

    @Test
    void saysWhichCaseIsIncomplete() {
        assertThatThrownBy(() -> Corpus.parse("x.txt", "# comment\n\n-- name a\n-- asm\nexit\n"))
                .hasMessage("x.txt:3: a case has name, asm, and either result or error; left over: {}");
        assertThatThrownBy(() -> Corpus.parse("x.txt", "-- asm\nexit\n"))
                .hasMessage("x.txt:1: section twice or outside a case: -- asm");
    }
}
