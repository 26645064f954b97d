package io.xdp4j.tests.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.engine.UserspaceEngine;
import io.xdp4j.vm.InterpretedProgram;
import io.xdp4j.vm.MemoryRun;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of the corpus on the interpreter: the right r0, or refused with the right message. */
class InterpreterCorpusTest {

    static List<CorpusCase> cases() {
        return Corpus.load();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agrees(final CorpusCase each) {
        final ProgramSpec spec = Assembler.assemble(each.asm()).toProgram("main");
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build()) {
            if (each.error().isPresent()) {
                assertThatThrownBy(() -> engine.load(spec, Map.of()))
                        .isInstanceOf(ProgramLoadException.class)
                        .hasMessageContaining(each.error().get());
                return;
            }
            try (InterpretedProgram program = engine.load(spec, Map.of());
                    MemoryRun run = program.memoryRun()) {
                final OptionalLong result =
                        run.run(each.memory().orElse(new byte[0]).clone());
                assertThat(run.faults()).isEmpty();
                assertThat(Long.toHexString(result.orElseThrow()))
                        .isEqualTo(Long.toHexString(each.result().orElseThrow()));
            }
        }
    }
}
