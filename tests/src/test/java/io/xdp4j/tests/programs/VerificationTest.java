package io.xdp4j.tests.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.ProgramType;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import io.xdp4j.vm.helper.HelperTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The verifier accepts what Linux accepts, without widening and with about as much work. */
class VerificationTest {

    private static final Path PROGRAMS = Path.of("src", "test", "resources", "programs");

    /** Where packages put XDP objects: libxdp1 and xdp-tests of Debian, xdp-tools of others. */
    private static final List<Path> INSTALLED = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/bpf"),
            Path.of("/usr/lib/aarch64-linux-gnu/bpf"),
            Path.of("/usr/lib64/bpf"),
            Path.of("/usr/lib/bpf"),
            Path.of("/usr/libexec/xdp-tools"));

    /** How many times the kernel's instructions may be followed (most: a loop that takes records, 4.2), and how many more. */
    private static final int TIMES = 5;

    private static final int MORE = 100;

    private record Program(Path file, ProgramSpec spec) {

        @Override
        public String toString() {
            return file.getFileName() + " " + spec.name();
        }
    }

    static List<Path> objects() throws IOException {
        return objectsIn(PROGRAMS);
    }

    private static List<Path> objectsIn(final Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".o")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("objects")
    void acceptsWithAboutTheKernelsWork(final Path file) throws IOException {
        final Map<String, Integer> kernel = followedByTheKernel();
        final BpfObject object = BpfObject.parse(file);
        for (final ProgramSpec spec : object.programs().values()) {
            final String program = new Program(file, spec).toString();
            final Verification verification = Verifier.verify(spec, object.maps(), HelperTable.standard());
            assertThat(verification).as(program).isInstanceOf(Verification.Accepted.class);
            final Verification.Cost cost = ((Verification.Accepted) verification).cost();
            assertThat(cost.widened()).as(program + " widened").isFalse();
            assertThat(cost.processed())
                    .as(program + ": instructions followed")
                    .isLessThanOrEqualTo(kernel.getOrDefault(program, 0) * TIMES + MORE);
        }
    }

    private static Map<String, Integer> followedByTheKernel() throws IOException {
        final Map<String, Integer> followed = new HashMap<>();
        for (final String line : Files.readAllLines(PROGRAMS.resolve("kernel.txt"))) {
            if (!line.startsWith("#")) {
                final String[] columns = line.strip().split(" +", -1);
                followed.put(columns[0] + " " + columns[1], Integer.parseInt(columns[3]));
            }
        }
        return followed;
    }

    @Test
    void acceptsObjectsThatPackagesInstall() throws IOException {
        final List<String> refused = new ArrayList<>();
        int accepted = 0;
        for (final Path folder : INSTALLED) {
            for (final Path file : Files.isDirectory(folder) ? objectsIn(folder) : List.<Path>of()) {
                final BpfObject object = BpfObject.parse(file);
                for (final ProgramSpec spec : object.programs().values()) {
                    if (spec.type() == ProgramType.XDP) {
                        final Verification answer = Verifier.verify(spec, object.maps(), HelperTable.standard());
                        if (answer instanceof final Verification.Rejected rejection) {
                            refused.add(new Program(file, spec) + ": " + rejection.message());
                        } else {
                            accepted++;
                        }
                    }
                }
            }
        }
        assertThat(refused).isEmpty();
        Assumptions.assumeTrue(accepted > 0, "no package with XDP objects is installed: " + INSTALLED);
    }
}
