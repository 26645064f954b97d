package io.xdp4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.RingBufferReader;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.vm.InterpretedProgram;
import io.xdp4j.vm.MemoryRun;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryRunTest {

    private static final String RESERVE = """
        r1 = map[ring]
        r2 = 8
        r3 = 0
        call ringbuf_reserve
        """;

    @Test
    void discardsTheRecordThatAFaultLeavesReserved() {
        assertThat(unreadAfter(RESERVE + "r1 = 0\nr0 = *(u64 *)(r1 + 0)\nexit")).isZero();
    }

    @Test
    void discardsTheRecordThatIsStillReservedAtTheEnd() {
        assertThat(unreadAfter(RESERVE + "r0 = 0\nexit")).isZero();
    }

    private static long unreadAfter(final String assembly) {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                BpfMap ring = engine.create(MapSpec.of("ring", MapType.RINGBUF, 0, 0, 4096));
                InterpretedProgram program =
                        engine.load(Assembler.assemble(assembly).toProgram("test"), Map.of("ring", ring));
                MemoryRun run = program.memoryRun();
                RingBufferReader reader = ring.openRingBuffer()) {
            run.run(new byte[8]);
            // a record that were still reserved would hold up the reader
            assertThat(reader.consume((buffer, offset, length) -> {}, 10)).isZero();
            return reader.available();
        }
    }

    @Test
    void takesTheMemoryBackAfterEachRun() {
        final String keep = """
            r6 = r1
            r7 = r2
            *(u32 *)(r10 - 4) = 0
            r1 = map[kept]
            r2 = r10
            r2 += -4
            call map_lookup_elem
            if r7 == 0 goto again
            *(u64 *)(r0 + 0) = r6
            r0 = 0
            exit
            again:
            r1 = *(u64 *)(r0 + 0)
            r0 = *(u8 *)(r1 + 0)
            exit
            """;
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                BpfMap kept = engine.create(MapSpec.of("kept", MapType.ARRAY, 4, 8, 1));
                InterpretedProgram program =
                        engine.load(Assembler.assemble(keep).toProgram("test"), Map.of("kept", kept));
                MemoryRun run = program.memoryRun()) {
            assertThat(run.run(new byte[8])).hasValue(0);
            assertThat(run.run(new byte[0])).isEmpty();
            assertThat(run.faults().getFirst().message()).contains("pc=13: load out of bounds");
        }
    }
}
