package io.xdp4j.tests.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.Fault;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramLoadException;
import io.xdp4j.bpf.Runner;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.engine.UserspaceEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every compiled object of the corpus does in the JVM what Linux 6.18 was seen to do. */
class ObjectCasesTest {

    private static final Path OBJECTS = Path.of("src", "test", "resources", "objects");

    private static final Path KERNEL_TYPES = Path.of("/sys/kernel/btf/vmlinux");

    static List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.list(OBJECTS)) {
            return files.filter(file -> file.toString().endsWith(".o"))
                    .filter(file -> Files.exists(cases(file)))
                    .sorted()
                    .toList();
        }
    }

    private static Path cases(final Path object) {
        final String name = object.getFileName().toString();
        return object.resolveSibling(name.substring(0, name.indexOf('.')) + ".cases");
    }

    @ParameterizedTest
    @MethodSource("objects")
    void does(final Path file) throws IOException {
        final BpfObject object = relocated(BpfObject.parse(file));
        try (UserspaceEngine engine = UserspaceEngine.create();
                LoadedObject loaded = engine.load(object, LoadOptions.ALL);
                SinglePacket packet = new SinglePacket()) {
            for (final ObjectCase each : ObjectCase.read(cases(file))) {
                check(file, each, loaded.program(each.program()), packet);
            }
        }
    }

    /** Made for this kernel's types, where the object asks for some. */
    private static BpfObject relocated(final BpfObject object) throws IOException {
        if (object.programs().values().stream()
                .allMatch(program -> program.coreRelocations().isEmpty())) {
            return object;
        }
        assumeTrue(Files.isReadable(KERNEL_TYPES), "the kernel shows no types: " + KERNEL_TYPES);
        return object.relocate(Btf.read(KERNEL_TYPES));
    }

    private static void check(
            final Path file, final ObjectCase each, final Program program, final SinglePacket packet) {
        final String where = file.getFileName() + ", case at line " + each.line() + ", " + each.program();
        try (Runner runner = program.runner(0)) {
            final Verdict verdict = Verdict.of(packet.run(runner, each.frame()));
            final String faults =
                    program.faults().stream().map(Fault::message).toList().toString();
            if (each.verdict().matches("\\d+")) {
                assertThat(verdict).as(where).isEqualTo(Verdict.ABORTED);
                assertThat(faults).as(where).contains("unknown XDP action returned: value=" + each.verdict());
            } else {
                assertThat(verdict.name()).as(where + ": " + faults).isEqualTo(each.verdict());
                assertThat(faults).as(where).isEqualTo("[]");
            }
        }
        assertThat(HexFormat.of().formatHex(packet.packet()))
                .as(where)
                .isEqualTo(HexFormat.of().formatHex(each.after()));
    }

    @Test
    void refusesATracingHelperByName() throws IOException {
        final BpfObject object = BpfObject.parse(OBJECTS.resolve("tracing_helper.o"));
        try (UserspaceEngine engine = UserspaceEngine.create()) {
            assertThatThrownBy(() -> engine.load(object, LoadOptions.ALL))
                    .isInstanceOf(ProgramLoadException.class)
                    .hasMessageContaining("get_current_task")
                    .hasMessageContaining("tracing_helper.c:");
        }
    }
}
