package io.xdp4j.tests.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import io.xdp4j.vm.helper.HelperTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel and our verifier say the same of every program of the compiled objects. */
class ObjectAgreementTest {

    /** Programs of which they do not, and why. */
    private static final Map<String, String> DIFFERENCES = Map.of(
            "externs.o weak_symbol", "a loader has to take absent symbols out of the program for the kernel",
            "externs.o weak_function", "a loader has to take absent symbols out of the program for the kernel",
            "metadata.o metadata", "the kernel wants the program bound to a device",
            "tracing_helper.o current_task", "the JVM has no tasks");

    private static final KernelVerifier KERNEL = new KernelVerifier();

    static List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "test", "resources"))) {
            return files.filter(file -> file.toString().endsWith(".o")).sorted().toList();
        }
    }

    @BeforeAll
    static void needsBpf() {
        final Optional<String> reason = KernelVerifier.unavailable();
        assumeTrue(reason.isEmpty(), reason.orElse(""));
        assumeTrue(Files.isReadable(KernelVerifier.TYPES), "the kernel shows no types: " + KernelVerifier.TYPES);
    }

    @ParameterizedTest
    @MethodSource("objects")
    void agrees(final Path file) throws IOException {
        final BpfObject parsed = BpfObject.parse(file);
        final boolean relocates = parsed.programs().values().stream()
                .anyMatch(program -> !program.coreRelocations().isEmpty());
        final BpfObject object = relocates ? parsed.relocate(Btf.read(KernelVerifier.TYPES)) : parsed;
        for (final ProgramSpec program : object.programs().values()) {
            final KernelVerdict kernel = KERNEL.verify(program, mapsOf(program, object));
            final Verification ours = Verifier.verify(program, object.maps(), HelperTable.standard());
            final String name = file.getFileName() + " " + program.name();
            assertThat(ours instanceof Verification.Accepted)
                    .as("%s: the kernel says: %s; ours: %s", name, kernel.reason(), ours)
                    .isEqualTo(kernel.accepted() != DIFFERENCES.containsKey(name));
        }
    }

    /** The maps that the program refers to, of a size that the kernel takes. */
    private static Map<String, MapSpec> mapsOf(final ProgramSpec program, final BpfObject object) {
        final Map<String, MapSpec> maps = new HashMap<>();
        for (final Reference each : program.references()) {
            final String name = switch (each) {
                case Reference.ToMap map -> map.map();
                case Reference.ToMapValue value -> value.map();
                case Reference.ToKfunc _, Reference.ToKsym _ -> "";
            };
            final MapSpec map = object.maps().get(name);
            if (map != null) {
                final boolean perCpu = map.type() == MapType.PERF_EVENT_ARRAY && map.maxEntries() == 0;
                maps.put(name, perCpu ? map.withMaxEntries(1) : map);
            }
        }
        return maps;
    }
}
