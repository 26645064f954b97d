package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Runner;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ProgramArrayMapTest {

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private UserspaceMap array() {
        return fixture.map(MapType.PROG_ARRAY, 4, 4, 3, 0);
    }

    /** A program that is only there, with its spec. */
    private record Named(int id, ProgramSpec spec) implements Program {

        @Override
        public Runner runner(final int cpu) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Fault> faults() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    private Program program(final int id, final boolean frags) {
        final ProgramSpec plain = ProgramSpec.of("p" + id, new long[0]);
        final Program program = new Named(
                id,
                new ProgramSpec(
                        plain.name(),
                        plain.section(),
                        plain.type(),
                        plain.attachType(),
                        frags,
                        plain.license(),
                        plain.code(),
                        plain.references(),
                        plain.subprograms(),
                        plain.lines(),
                        plain.coreRelocations(),
                        plain.poisoned(),
                        plain.btf()));
        fixture.programs.put(id, program);
        return program;
    }

    @Test
    void holdsProgramsByIndexAndReadsAsTheirIds() {
        final UserspaceMap map = array();
        final Program seven = program(7, false);
        assertThat(Fixture.lookup(map, 0)).isEqualTo("ENOENT");
        assertThat(Fixture.name(map.putProgram(0, seven))).isEqualTo("OK");
        assertThat(Fixture.lookup(map, 0)).isEqualTo("7");
        assertThat(((ProgramArray) map).program(0)).isSameAs(seven);
        assertThat(((ProgramArray) map).program(1)).isNull();
        assertThat(((ProgramArray) map).program(-1)).isNull();
        final Program eight = program(8, false);
        assertThat(Fixture.update(map, 0, 0, 8)).isEqualTo("OK");
        assertThat(((ProgramArray) map).program(0)).isSameAs(eight);
        assertThat(map.entries()).isEqualTo(1);
        assertThat(Fixture.delete(map, 0)).isEqualTo("OK");
        assertThat(Fixture.delete(map, 0)).isEqualTo("ENOENT");
        assertThat(((ProgramArray) map).program(0)).isNull();
    }

    @Test
    void answersUpdatesAsTheKernelDoes() {
        final UserspaceMap map = array();
        final Program program = program(7, false);
        assertThat(Fixture.update(map, 0, 0, 99)).isEqualTo("EBADF");
        assertThat(Fixture.update(map, 3, 0, 7)).isEqualTo("E2BIG");
        assertThat(Fixture.name(map.putProgram(3, program))).isEqualTo("E2BIG");
        assertThat(Fixture.name(map.putProgram(-1, program))).isEqualTo("E2BIG");
        assertThat(Fixture.update(map, 0, BpfMap.NOEXIST, 7)).isEqualTo("EINVAL");
        assertThat(Fixture.update(map, 0, BpfMap.EXIST, 7)).isEqualTo("EINVAL");
        assertThat(Fixture.delete(map, 3)).isEqualTo("E2BIG");
        assertThat(Fixture.nextKey(map, 2)).isEqualTo("ENOENT");
        map.freeze();
        assertThat(Fixture.name(map.putProgram(0, program))).isEqualTo("EPERM");
    }

    @Test
    void takesOnlyProgramsLikeTheFirst() {
        final UserspaceMap map = array();
        assertThat(map.putProgram(0, program(1, true))).isZero();
        assertThat(Fixture.name(map.putProgram(1, program(2, false)))).isEqualTo("EINVAL");
        assertThat(Fixture.name(map.putProgram(1, program(3, true)))).isEqualTo("OK");
    }

    @Test
    void refusesSpecsThatTheKernelRefuses() {
        assertThatThrownBy(() -> fixture.map(MapType.PROG_ARRAY, 4, 8, 1, 0))
                .hasMessage("map create failed: EINVAL, map=m (prog_array wants valueSize=4 bytes: valueSize=8 bytes)");
        assertThatThrownBy(() -> fixture.map(MapType.PROG_ARRAY, 4, 4, 1, 128))
                .hasMessage("map create failed: EINVAL, map=m "
                        + "(prog_array does not know all of flags=0x80, allowed: 0x1c)");
    }

    @Test
    void refusesWhatWouldTakeTheJavaHeap() {
        final int entries = (int) (SpecRule.HEAP_LIMIT / 8) + 1;
        assertThatThrownBy(() -> fixture.map(MapType.PROG_ARRAY, 4, 4, entries, 0))
                .isInstanceOf(MapException.class)
                .hasMessage("map create failed: ENOMEM, map=m (maxEntries=" + entries + ", heap=" + 8L * entries
                        + " bytes, limit=" + SpecRule.HEAP_LIMIT + " bytes: lower maxEntries, or raise -Xmx)");
    }
}
