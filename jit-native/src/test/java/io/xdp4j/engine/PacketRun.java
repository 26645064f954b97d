package io.xdp4j.engine;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Runner;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.packet.Burst;
import io.xdp4j.packet.FrameLayout;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs assembly text over one packet and keeps all that came of it. */
record PacketRun(Verdict verdict, byte[] packet, @Nullable String fault, Burst burst) {

    static PacketRun of(final String assembly, final byte[] packet) {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build()) {
            return of(engine, assembly, Map.of(), packet);
        }
    }

    static PacketRun of(
            final UserspaceEngine engine, final String assembly, final Map<String, BpfMap> maps, final byte[] packet) {
        return of(engine, Assembler.assemble(assembly).toProgram("test"), maps, packet);
    }

    static PacketRun of(
            final UserspaceEngine engine,
            final ProgramSpec spec,
            final Map<String, BpfMap> maps,
            final byte[]... frames) {
        try (Program program = engine.load(spec, maps)) {
            return of(program, frames);
        }
    }

    /** More than one frame: one packet in several. */
    static PacketRun of(final Program program, final byte[]... frames) {
        final Burst burst = new Burst(64);
        try (NativeArea area = new NativeArea((long) FrameLayout.PAGE * frames.length, FrameLayout.PAGE);
                Runner runner = program.runner(0)) {
            for (int i = 0; i < frames.length; i++) {
                final long start = area.address() + (long) i * FrameLayout.PAGE;
                final int slot = burst.add(start, FrameLayout.PAGE, frames[i].length);
                burst.data[slot] = i == 0 ? start + FrameLayout.HEADROOM : start;
                burst.options[slot] = i < frames.length - 1 ? Burst.CONTINUES : 0;
                NativeMemory.copy(frames[i], 0, burst.data[slot], frames[i].length);
            }
            runner.run(burst);
            final byte[] after = new byte[burst.length[0]];
            NativeMemory.copy(burst.data[0], after, 0, after.length);
            final List<io.xdp4j.bpf.Fault> faults = program.faults();
            return new PacketRun(
                    Verdict.of(burst.verdict[0]),
                    after,
                    faults.isEmpty() ? null : faults.getFirst().message(),
                    burst);
        }
    }
}
