package io.xdp4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class VerifiedLoadTest {

    private static final String UNPROVED = """
        r1 = *(u32 *)(r1 + 0)
        r0 = *(u8 *)(r1 + 0)
        exit
        """;

    /** Reads the 8-byte constant as an index into the 16 bytes of the array's value. */
    private static final String INDEXED = """
        r1 = map[NAME][0]+0
        r2 = *(u64 *)(r1 + 0)
        r3 = map[table][0]+0
        r3 += r2
        r0 = *(u64 *)(r3 + 0)
        r0 = 2
        exit
        """;

    private static ProgramSpec program(final String assembly) {
        return Assembler.assemble(assembly).toProgram("test");
    }

    @Test
    void refusesInOneLineAndExplainsInTheLog() {
        try (UserspaceEngine engine = UserspaceEngine.create()) {
            assertThatThrownBy(() -> engine.load(program(UNPROVED), Map.of()))
                    .isInstanceOfSatisfying(
                            ProgramLoadException.class,
                            refused -> assertThat(refused.log()).isEqualTo("""
                                pc=1: packet byte 0 read, but no byte is known to exist: compare data + 1 with data_end \
                                first [line 2: r0 = *(u8 *)(r1 + 0)]
                                  rule: packet-bounds
                                  insn: r0 = *(u8 *)(r1 + 0)
                                  regs: r1=pkt(r=0)\
                                """))
                    .hasMessage("program refused: program=test, section=xdp, pc=1: packet byte 0 read, but no byte is"
                            + " known to exist: compare data + 1 with data_end first [line 2: r0 = *(u8 *)(r1 + 0)]");
        }
    }

    @Test
    void loadsWhatIsNotToBeVerified() {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build();
                Program program = engine.load(program(UNPROVED), Map.of())) {
            assertThat(PacketRun.of(program, new byte[14]).fault()).isNull();
        }
    }

    @Test
    void needsNothingOfWhatDeadCodeCalls() {
        final String guarded = """
            r6 = CONSTANT
            r0 = 2
            if r6 == 0 goto out
            call 9999
            call kfunc[bpf_made_up]
            out:
            r0 = 2
            exit
            """;
        try (UserspaceEngine engine = UserspaceEngine.create()) {
            engine.load(program(guarded.replace("CONSTANT", "0")), Map.of()).close();
            assertThatThrownBy(() -> engine.load(program(guarded.replace("CONSTANT", "1")), Map.of()))
                    .hasMessageStartingWith("program refused: program=test, section=xdp, pc=3: ");
        }
    }

    @Test
    void verifiesWithAnotherBudget() {
        try (UserspaceEngine engine = UserspaceEngine.builder()
                .verifier(Verifier.create().withBudget(2))
                .build()) {
            assertThatThrownBy(() -> engine.load(program("r0 = 0\nr0 = 1\nr0 = 2\nexit"), Map.of()))
                    .hasMessageContaining("the program is too complex: 2 instructions were followed");
        }
    }

    @Test
    void knowsTheConstantsThatItLoads() {
        final BpfObject object = object(".rodata", MapSpec.Global.RODATA, 8);
        try (UserspaceEngine engine = UserspaceEngine.create()) {
            engine.load(object, LoadOptions.ALL).close();
            final BpfObject changed = object.withVariable("index", new byte[] {9, 0, 0, 0, 0, 0, 0, 0});
            assertThatThrownBy(() -> engine.load(changed, LoadOptions.ALL))
                    .hasMessageContaining("byte 16 of the value of map table read, but that has 16 bytes");
            assertThat(((Verification.Rejected) engine.verify(changed, LoadOptions.ALL, "test")).pc())
                    .isEqualTo(6);
            assertThat(engine.verify(object, LoadOptions.ALL, "test")).isInstanceOf(Verification.Accepted.class);
        }
    }

    @Test
    void knowsTheConfigurationThatItLoads() {
        final BpfObject object = object(".kconfig", MapSpec.Global.KCONFIG, 0);
        try (UserspaceEngine engine =
                UserspaceEngine.builder().kconfig(Map.of("index", 8L)).build()) {
            engine.load(object, LoadOptions.ALL).close();
        }
        try (UserspaceEngine engine =
                UserspaceEngine.builder().kconfig(Map.of("index", 9L)).build()) {
            assertThatThrownBy(() -> engine.load(object, LoadOptions.ALL)).hasMessageContaining("value of map table");
        }
    }

    @Test
    void trustsNoConstantsOfALiveMap() {
        final BpfObject object = object(".rodata", MapSpec.Global.RODATA, 8);
        final MapSpec constants = Objects.requireNonNull(object.maps().get(".rodata"));
        try (UserspaceEngine engine = UserspaceEngine.create();
                BpfMap live = engine.create(constants)) {
            final LoadOptions options = new LoadOptions(List.of(), Map.of(), Map.of(".rodata", live));
            assertThatThrownBy(() -> engine.load(object, options))
                    .hasMessageContaining("r3 is moved by a number that may be");
            try (LoadedObject other = engine.load(object, LoadOptions.ALL)) {
                assertThatThrownBy(() ->
                                engine.load(program(INDEXED.replace("NAME", ".rodata")), Map.copyOf(other.maps())))
                        .hasMessageContaining("r3 is moved by a number that may be");
            }
        }
    }

    private static BpfObject object(final String section, final MapSpec.Global kind, final int index) {
        final MapSpec constants = new MapSpec(
                section,
                MapType.ARRAY,
                4,
                8,
                1,
                MapSpec.RDONLY_PROG,
                0,
                false,
                null,
                List.of(new MapSpec.Entry.Bytes(new byte[4], new byte[] {(byte) index, 0, 0, 0, 0, 0, 0, 0})),
                kind,
                null,
                0,
                0);
        return new BpfObject(
                "test.o",
                "GPL",
                0,
                Map.of("test", program(INDEXED.replace("NAME", section))),
                Map.of(section, constants, "table", MapSpec.of("table", MapType.ARRAY, 4, 16, 1)),
                Map.of("index", new BpfObject.Variable("index", section, 0, 8, 0)),
                null);
    }
}
