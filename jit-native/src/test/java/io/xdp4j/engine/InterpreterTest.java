package io.xdp4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.bpf.asm.Assembler;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class InterpreterTest {

    private static final byte[] PACKET = new byte[60];

    @Test
    void returnsEveryVerdict() {
        for (final Verdict verdict : Verdict.values()) {
            final PacketRun run = PacketRun.of("r0 = " + verdict.ordinal() + "\nexit", PACKET);
            assertThat(run.verdict()).isEqualTo(verdict);
            assertThat(run.fault()).isNull();
        }
    }

    @Test
    void takesAnUnknownActionForAborted() {
        final PacketRun run = PacketRun.of("r0 = 7\nexit", PACKET);
        assertThat(run.verdict()).isEqualTo(Verdict.ABORTED);
        assertThat(run.fault()).isEqualTo("program=test, pc=1: unknown XDP action returned: value=7 [line 2: exit]");
    }

    @Test
    void readsAndWritesThePacketThroughTheContext() {
        final PacketRun run = PacketRun.of("""
            r2 = *(u32 *)(r1 + 0)
            r3 = *(u32 *)(r1 + 4)
            r3 -= r2
            *(u8 *)(r2 + 0) = r3
            r0 = 2
            exit
            """, PACKET);
        assertThat(run.verdict()).isEqualTo(Verdict.PASS);
        assertThat(run.packet()[0]).isEqualTo((byte) 60);
    }

    @Test
    void abortsALoadBehindThePacket() {
        final PacketRun run = PacketRun.of("""
            r2 = *(u32 *)(r1 + 0)
            r0 = *(u32 *)(r2 + 57)
            exit
            """, PACKET);
        assertThat(run.verdict()).isEqualTo(Verdict.ABORTED);
        assertThat(run.fault())
                .isEqualTo("program=test, pc=1: load out of bounds: address=data+57 (packet of 60 bytes), size=4 bytes"
                        + " [line 2: r0 = *(u32 *)(r2 + 57)]");
    }

    @Test
    void abortsAStoreBeforeThePacket() {
        assertThat(PacketRun.of("r2 = *(u32 *)(r1 + 0)\n*(u8 *)(r2 - 1) = 1\nr0 = 2\nexit", PACKET)
                        .fault())
                .contains("pc=1: store out of bounds: address=data-1 (packet of 60 bytes), size=1 bytes");
    }

    @Test
    void abortsANullPointer() {
        assertThat(PacketRun.of("r2 = 0\nr0 = *(u64 *)(r2 + 8)\nexit", PACKET).fault())
                .contains("pc=1: load out of bounds: address=null+8, size=8 bytes");
    }

    @Test
    void abortsAWriteIntoTheContext() {
        assertThat(PacketRun.of("*(u32 *)(r1 + 12) = 1\nr0 = 2\nexit", PACKET).fault())
                .contains("pc=0: store into the context: address=ctx+12, size=4 bytes");
    }

    @Test
    void abortsAContextFieldReadInTheWrongWidth() {
        assertThat(PacketRun.of("r0 = *(u64 *)(r1 + 0)\nexit", PACKET).fault())
                .contains(
                        "pc=0: context field read in the wrong width (read all 4 bytes): address=ctx+0, size=8 bytes");
    }

    @Test
    void keepsEachFramesStackApartAndLetsACalleeUseItsCallers() {
        final PacketRun run = PacketRun.of("""
            *(u64 *)(r10 - 8) = 5
            r1 = r10
            r1 += -8
            call inner
            r0 = *(u64 *)(r10 - 8)
            exit
            inner:
            *(u64 *)(r10 - 8) = 77
            r2 = *(u64 *)(r1 + 0)
            r2 += -3
            *(u64 *)(r1 + 0) = r2
            exit
            """, PACKET);
        assertThat(run.fault()).isNull();
        assertThat(run.verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void abortsAccessBelowTheStack() {
        assertThat(PacketRun.of("*(u64 *)(r10 - 520) = 1\nr0 = 2\nexit", PACKET).fault())
                .contains("pc=0: store out of bounds: address=stack top-520, size=8 bytes");
    }

    @Test
    void abortsCallsThatNestTooDeep() {
        assertThat(PacketRun.of("call again\nexit\nagain:\ncall again\nexit", PACKET)
                        .fault())
                .contains("pc=2: calls nested too deep (limit 8 frames)");
    }

    @Test
    void endsALoopThatRunsAway() {
        assertThat(PacketRun.of("loop:\nr0 = 2\ngoto loop", PACKET).fault())
                .contains("pc=1: program ran too long (limit 268435456 instructions)");
    }

    @Test
    void savesRegistersSixToNineAcrossCalls() {
        final PacketRun run = PacketRun.of("""
            r6 = 1
            r9 = 1
            call clobber
            r6 += r9
            r0 = r6
            exit
            clobber:
            r6 = 100
            r9 = 100
            r0 = 0
            exit
            """, PACKET);
        assertThat(run.verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void abortsAnAtomicOnAMisalignedAddress() {
        assertThat(PacketRun.of("r1 = 1\n*(u64 *)(r10 - 16) = 0\nlock *(u64 *)(r10 - 12) += r1\nr0 = 2\nexit", PACKET)
                        .fault())
                .contains("pc=2: atomic access to a misaligned address: address=stack top-12, size=8 bytes");
    }

    @Test
    void abortsABadHelperArgumentBeforeTheCall() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                BpfMap map = engine.create(MapSpec.of("counts", MapType.ARRAY, 4, 8, 4))) {
            final PacketRun run = PacketRun.of(engine, """
                r2 = 0
                r1 = map[counts]
                call map_lookup_elem
                r0 = 2
                exit
                """, Map.of("counts", map), PACKET);
            assertThat(run.fault())
                    .contains("bad argument: callee=map_lookup_elem, argument=2, wanted=PTR_TO_MAP_KEY, value=null");
        }
    }

    @Test
    void readsAndWritesMapValuesButNothingBesideThem() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                BpfMap map = engine.create(MapSpec.of("counts", MapType.ARRAY, 4, 12, 4))) {
            final String lookup = """
                *(u32 *)(r10 - 4) = 1
                r2 = r10
                r2 += -4
                r1 = map[counts]
                call map_lookup_elem
                if r0 == 0 goto out
                """;
            final PacketRun inside = PacketRun.of(
                    engine, lookup + "*(u32 *)(r0 + 8) = 9\nout:\nr0 = 2\nexit", Map.of("counts", map), PACKET);
            assertThat(inside.fault()).isNull();
            final PacketRun outside = PacketRun.of(
                    engine, lookup + "*(u32 *)(r0 + 12) = 9\nout:\nr0 = 2\nexit", Map.of("counts", map), PACKET);
            assertThat(outside.verdict()).isEqualTo(Verdict.ABORTED);
            assertThat(outside.fault()).contains("store out of bounds");
        }
    }

    @Test
    void tailCallsAtMostThirtyThreeTimes() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                BpfMap jumps = engine.create(MapSpec.of("jumps", MapType.PROG_ARRAY, 4, 4, 2));
                BpfMap counts = engine.create(MapSpec.of("counts", MapType.ARRAY, 4, 8, 1));
                Program again = engine.load(
                        Assembler.assemble("""
                            r6 = r1
                            *(u32 *)(r10 - 4) = 0
                            r2 = r10
                            r2 += -4
                            r1 = map[counts]
                            call map_lookup_elem
                            if r0 == 0 goto out
                            r1 = *(u64 *)(r0 + 0)
                            r1 += 1
                            *(u64 *)(r0 + 0) = r1
                            r1 = r6
                            r2 = map[jumps]
                            r3 = 0
                            call tail_call
                            out:
                            r0 = 1
                            exit
                            """).toProgram("again"), Map.of("jumps", jumps, "counts", counts))) {
            assertThat(jumps.putProgram(0, again)).isZero();
            final PacketRun run = PacketRun.of(again, PACKET);
            assertThat(run.verdict()).isEqualTo(Verdict.DROP);
            assertThat(counts.typed(io.xdp4j.bpf.Codecs.U32, io.xdp4j.bpf.Codecs.U64)
                            .get(0))
                    .isEqualTo(34L);
        }
    }

    @Test
    void goesOnAfterATailCallIntoAnEmptySlot() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                BpfMap jumps = engine.create(MapSpec.of("jumps", MapType.PROG_ARRAY, 4, 4, 2))) {
            final PacketRun run = PacketRun.of(
                    engine, "r2 = map[jumps]\nr3 = 1\ncall tail_call\nr0 = 3\nexit", Map.of("jumps", jumps), PACKET);
            assertThat(run.verdict()).isEqualTo(Verdict.TX);
        }
    }

    @Test
    void countsEachFaultOnceHoweverOftenItHappens() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                Program program = engine.load(
                        Assembler.assemble("r2 = 0\nr0 = *(u8 *)(r2 + 0)\nexit").toProgram("test"), Map.of())) {
            for (int i = 0; i < 5; i++) {
                PacketRun.of(program, PACKET);
            }
            assertThat(program.faults()).singleElement().satisfies(fault -> {
                assertThat(fault.pc()).isEqualTo(1);
                assertThat(fault.count()).isEqualTo(5);
            });
        }
    }

    @Test
    void refusesAPacketInFramesForAProgramThatTakesNone() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build()) {
            final PacketRun run = PacketRun.of(
                    engine, Assembler.assemble("r0 = 2\nexit").toProgram("test"), Map.of(), PACKET, PACKET);
            assertThat(run.verdict()).isEqualTo(Verdict.ABORTED);
            assertThat(run.fault()).contains("packet in several frames for a program that is not xdp.frags");
        }
    }

    @Test
    void refusesARunnerForACpuThatTheEngineDoesNotHave() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                Program program = engine.load(Assembler.assemble("r0 = 2\nexit").toProgram("test"), Map.of())) {
            assertThatThrownBy(() -> program.runner(1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no such CPU: cpu=1, cpus=1 (make the engine with more: builder().cpus(n))");
        }
    }

    @Test
    void refusesAMapOfAnotherEngine() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                UserspaceEngine other = UserspaceEngine.builder().verify(false).build();
                BpfMap map = other.create(MapSpec.of("counts", MapType.ARRAY, 4, 8, 4))) {
            assertThatThrownBy(() -> engine.load(
                            Assembler.assemble("r1 = map[counts]\nr0 = 2\nexit").toProgram("test"),
                            Map.of("counts", map)))
                    .hasMessageContaining("unresolved map reference: map=counts");
        }
    }

    @Test
    void abortsAnExitWithALockHeldAndReleasesTheLock() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                BpfMap map = engine.create(MapSpec.of("locks", MapType.ARRAY, 4, 8, 1))) {
            final PacketRun run = PacketRun.of(engine, """
                *(u32 *)(r10 - 4) = 0
                r1 = map[locks]
                r2 = r10
                r2 += -4
                call map_lookup_elem
                r1 = r0
                call spin_lock
                r0 = 2
                exit
                """, Map.of("locks", map), PACKET);
            assertThat(run.verdict()).isEqualTo(Verdict.ABORTED);
            assertThat(run.fault())
                    .isEqualTo("program=test, pc=9: exit while a spin lock is held (call bpf_spin_unlock first)"
                            + " [line 9: exit]");
            final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
            assertThat(map.lookup(new UnsafeBuffer(new byte[4]), 0, value, 0)).isZero();
            assertThat(value.getInt(0)).isZero();
        }
    }
}
