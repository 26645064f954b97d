package io.xdp4j.tests.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.Runner;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.engine.UserspaceEngine;
import io.xdp4j.tests.objects.SinglePacket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The large programs do in the JVM what Linux 6.18 was seen to do with them: verdicts, frames and counters of the
 * {@code .cases} files are what BPF_PROG_TEST_RUN gave.
 */
class ProgramsTest {

    private static final Path PROGRAMS = Path.of("src", "test", "resources", "programs");

    static List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.list(PROGRAMS)) {
            return files.filter(file -> file.toString().endsWith(".o")).sorted().toList();
        }
    }

    static List<Path> objectsWithCases() throws IOException {
        return objects().stream().filter(object -> Files.exists(cases(object))).toList();
    }

    private static Path cases(final Path object) {
        final String name = object.getFileName().toString();
        return object.resolveSibling(name.substring(0, name.indexOf('.')) + ".cases");
    }

    @Test
    void kernelTableListsEveryProgramWithItsSize() throws IOException {
        final List<String> programs = new ArrayList<>();
        for (final Path file : objects()) {
            for (final var program : BpfObject.parse(file).programs().values()) {
                programs.add(file.getFileName() + " " + program.name() + " " + program.code().length);
            }
        }
        final List<String> listed = new ArrayList<>();
        for (final String line : Files.readAllLines(PROGRAMS.resolve("kernel.txt"))) {
            if (!line.startsWith("#")) {
                final String[] columns = line.strip().split(" +", -1);
                listed.add(columns[0] + " " + columns[1] + " " + columns[2]);
            }
        }
        assertThat(listed).containsExactlyInAnyOrderElementsOf(programs);
    }

    @ParameterizedTest
    @MethodSource("objects")
    void loads(final Path file) throws IOException {
        final BpfObject object = BpfObject.parse(file);
        try (UserspaceEngine engine = UserspaceEngine.create();
                LoadedObject loaded = engine.load(object, LoadOptions.ALL)) {
            for (final String name : object.programs().keySet()) {
                assertThat(loaded.program(name).spec().code()).as(name).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("objectsWithCases")
    void does(final Path file) throws IOException {
        try (UserspaceEngine engine = UserspaceEngine.create();
                LoadedObject loaded = engine.load(BpfObject.parse(file), LoadOptions.ALL);
                SinglePacket packet = new SinglePacket()) {
            for (final ProgramStep step : ProgramStep.read(cases(file))) {
                final String where = file.getFileName() + ", line " + step.line();
                switch (step) {
                    case final ProgramStep.Put put -> put(where, put, loaded.map(put.map()));
                    case final ProgramStep.Count count ->
                        assertThat(count(count, loaded.map(count.map())))
                                .as(where)
                                .isEqualTo(count.count());
                    case final ProgramStep.Run run -> run(where, run, loaded.program(run.program()), packet);
                }
            }
        }
    }

    private static void put(final String where, final ProgramStep.Put put, final BpfMap map) {
        assertThat(put.key()).as(where).hasSize(map.spec().keySize());
        assertThat(put.value()).as(where).hasSize(map.spec().valueSize());
        final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
        final int stride = map.valueLength() / map.cpus();
        for (int cpu = 0; cpu < map.cpus(); cpu++) {
            value.putBytes(cpu * stride, put.value());
        }
        assertThat(map.update(new UnsafeBuffer(put.key()), 0, value, 0, BpfMap.ANY))
                .as(where)
                .isZero();
    }

    private static long count(final ProgramStep.Count count, final BpfMap map) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
        if (map.lookup(new UnsafeBuffer(count.key()), 0, value, 0) != 0) {
            return -1;
        }
        long sum = 0;
        for (int cpu = 0; cpu < map.cpus(); cpu++) {
            sum += value.getLong(cpu * (map.valueLength() / map.cpus()) + count.offset());
        }
        return sum;
    }

    private static void run(
            final String where, final ProgramStep.Run run, final Program program, final SinglePacket packet) {
        try (Runner runner = program.runner(0)) {
            final Verdict verdict = Verdict.of(packet.run(runner, run.frame()));
            final List<String> faults =
                    program.faults().stream().map(Fault::message).toList();
            assertThat(verdict.name()).as(where + ": " + faults).isEqualTo(run.verdict());
        }
        assertThat(HexFormat.of().formatHex(packet.packet()))
                .as(where)
                .isEqualTo(HexFormat.of().formatHex(run.after()));
    }
}
