package io.xdp4j.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.bpf.insn.InsnSlot;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageLinkerTest {

    @Test
    void refusesAMapThatIsNotThere() {
        refused("r1 = map[routes]\nr0 = 2\nexit", "pc=0: unresolved map reference: map=routes");
    }

    @Test
    void refusesATracingHelperByName() {
        refused("call get_current_task\nexit", "get_current_task");
    }

    @Test
    void refusesAHelperThatNoKernelHas() {
        refused("call 9999\nexit", "9999");
    }

    @Test
    void refusesAKernelFunctionThatIsNotThere() {
        refused("call kfunc[bpf_made_up]\nr0 = 2\nexit", "bpf_made_up");
    }

    @Test
    void refusesALegacyPacketLoadByName() {
        refused("r0 = *(u8 *)skb[12]\nexit", "legacy packet load is not for XDP (read through data and data_end)");
    }

    @Test
    void refusesCodeThatIsNoProgram() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build()) {
            final ProgramSpec spec = ProgramSpec.of("test", new long[] {InsnSlot.of(0xff, 0, 0, 0, 0)});
            assertThatThrownBy(() -> engine.load(spec, Map.of()))
                    .isInstanceOf(ProgramLoadException.class)
                    .hasMessageStartingWith("program refused: program=test, section=xdp, pc=0: ");
        }
    }

    private static void refused(final String assembly, final String reason) {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build()) {
            final ProgramSpec spec = Assembler.assemble(assembly).toProgram("test");
            assertThatThrownBy(() -> engine.load(spec, Map.of()))
                    .isInstanceOf(ProgramLoadException.class)
                    .hasMessageContaining(reason);
        }
    }
}
