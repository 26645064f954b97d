package io.xdp4j.perf;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import io.xdp4j.vm.helper.HelperTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How long the first verification in a JVM takes, and how much memory: each measurement is a JVM of its own, with and
 * without the JDK's start-up cache. The time is that of the verification alone, class loading included.
 */
final class ColdVerification {

    private static final int STARTS = 11;

    private ColdVerification() {}

    /** Measures each of {@code programs}, "object program", found in {@code folder}. */
    static void measure(final Path folder, final List<String> programs) throws IOException, InterruptedException {
        final Path cache = Files.createTempFile("xdp4j-perf", ".aot");
        try {
            child(folder, programs.getFirst(), List.of("-XX:AOTCacheOutput=" + cache));
            System.out.println(
                    "program               start     verify ms (median, min)   peak heap MB   processed  states");
            for (final String program : programs) {
                report(folder, program, "plain", List.of());
                report(folder, program, "cached", List.of("-XX:AOTCache=" + cache));
            }
        } finally {
            Files.deleteIfExists(cache);
        }
    }

    private static void report(final Path folder, final String program, final String start, final List<String> flags)
            throws IOException, InterruptedException {
        final List<Double> times = new ArrayList<>();
        String[] last = {};
        for (int i = 0; i < STARTS; i++) {
            last = child(folder, program, flags).split(" ", -1);
            times.add(Double.valueOf(last[0]));
        }
        times.sort(null);
        System.out.printf(
                "%-21s %-9s %8.1f %8.1f %22.1f %12s %7s%n",
                program, start, times.get(STARTS / 2), times.getFirst(), Double.parseDouble(last[1]), last[2], last[3]);
    }

    private static String child(final Path folder, final String program, final List<String> flags)
            throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xlog:disable",
                "-Xlog:all=error:stderr"));
        command.addAll(flags);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "io.xdp4j.perf.Main",
                "verify-once",
                folder.toString(),
                program));
        final Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("verification failed: program=" + program);
        }
        return line;
    }

    /** In the child: one verification; prints milliseconds, peak heap in MB, instructions processed, states. */
    static void once(final Path folder, final String program) throws IOException {
        final String[] names = program.split(" ", 2);
        final BpfObject object = BpfObject.parse(folder.resolve(names[0] + ".o"));
        final ProgramSpec spec = Objects.requireNonNull(object.programs().get(names[1]), program);
        final long start = System.nanoTime();
        final Verification answer = Verifier.verify(spec, object.maps(), HelperTable.standard());
        final long end = System.nanoTime();
        if (!(answer instanceof Verification.Accepted)) {
            throw new IllegalStateException("program is refused: " + answer);
        }
        System.out.println((end - start) / 1e6 + " " + peakHeap() / 1e6 + " "
                + answer.cost().processed() + " " + answer.cost().totalStates());
    }

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }
}
