package io.xdp4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.Runner;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.capture.CaptureReader;
import io.xdp4j.packet.Burst;
import io.xdp4j.ring.CaptureSource;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.CaptureClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two engines that run a program over one capture by the capture's clock do the same. */
class RepeatabilityTest {

    private static final Path CAPTURE = Path.of("..", "examples", "captures", "mixed.pcap");

    /**
     * Passes a packet whose bytes 24 to 27 a bloom filter has not seen, drops others and sends short ones back; writes a digest of a map's keys in the
     * order of for_each_map_elem, the time and a random number over the packet.
     */
    private static final String PROGRAM = """
        r6 = *(u32 *)(r1 + 0)
        r2 = *(u32 *)(r1 + 4)
        r3 = r6
        r3 += 28
        r0 = 3
        if r3 > r2 goto out
        r7 = *(u32 *)(r6 + 24)
        *(u32 *)(r10 - 4) = r7
        *(u64 *)(r10 - 16) = 0
        r1 = map[bloom]
        r2 = r10
        r2 += -4
        call map_peek_elem
        r8 = r0
        r1 = map[bloom]
        r2 = r10
        r2 += -4
        r3 = 0
        call map_push_elem
        r1 = map[seen]
        r2 = r10
        r2 += -4
        r3 = r10
        r3 += -16
        r4 = 0
        call map_update_elem
        r1 = map[seen]
        r2 = subprog[digest]
        r3 = r10
        r3 += -16
        r4 = 0
        call for_each_map_elem
        r0 = *(u64 *)(r10 - 16)
        *(u64 *)(r6 + 0) = r0
        call ktime_get_ns
        *(u64 *)(r6 + 8) = r0
        call get_prandom_u32
        *(u32 *)(r6 + 16) = r0
        r0 = 2
        if r8 != 0 goto out
        r0 = 1
        out:
        exit
        digest:
        r1 = *(u32 *)(r2 + 0)
        r0 = *(u64 *)(r4 + 0)
        r0 *= 31
        r0 += r1
        *(u64 *)(r4 + 0) = r0
        r0 = 0
        exit
        """;

    @ParameterizedTest
    @EnumSource(names = {"HASH", "PERCPU_HASH", "LRU_HASH", "LRU_PERCPU_HASH"})
    void givesTheSameVerdictsAndPackets(final MapType type) {
        final List<String> first = run(type);
        assertThat(first).hasSize(358).anyMatch(line -> line.startsWith("PASS"));
        assertThat(first).anyMatch(line -> line.startsWith("DROP"));
        assertThat(run(type)).isEqualTo(first);
    }

    private static List<String> run(final MapType type) {
        final List<String> lines = new ArrayList<>();
        try (UserspaceEngine engine = UserspaceEngine.builder()
                        .clock(new CaptureClock())
                        .verify(false)
                        .build();
                BpfMap bloom = engine.create(MapSpec.of("bloom", MapType.BLOOM_FILTER, 0, 4, 20));
                BpfMap seen = engine.create(MapSpec.of("seen", type, 4, 8, 16));
                Program program = engine.load(
                        Assembler.assemble(PROGRAM).toProgram("test"), Map.of("bloom", bloom, "seen", seen));
                Runner runner = program.runner(0);
                CaptureReader reader = CaptureReader.open(CAPTURE);
                CaptureSource source = new CaptureSource(reader, 64, true)) {
            final Burst burst = new Burst(64);
            while (source.receive(burst) > 0) {
                runner.run(burst);
                for (int slot = 0; slot < burst.count; slot = burst.next(slot)) {
                    final byte[] packet = new byte[burst.length[slot]];
                    NativeMemory.copy(burst.data[slot], packet, 0, packet.length);
                    lines.add(Verdict.of(burst.verdict[slot]) + " "
                            + HexFormat.of().formatHex(packet));
                }
            }
            assertThat(program.faults()).isEmpty();
        }
        return lines;
    }
}
