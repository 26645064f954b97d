package io.xdp4j.perf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs measurements: {@code verify-cold FOLDER}, {@code verify-warm FOLDER}; FOLDER has the objects of {@code tests}. */
public final class Main {

    private static final List<String> PROGRAMS = List.of("medium filter", "datapath datapath", "large filter");

    private Main() {}

    /** Runs what the arguments say. */
    public static void main(final String[] args) throws IOException, InterruptedException, RunnerException {
        final String what = args.length == 0 ? "" : args[0];
        switch (what) {
            case "verify-once" -> ColdVerification.once(Path.of(args[1]), args[2]);
            case "verify-cold" -> {
                Machine.describe().forEach(System.out::println);
                ColdVerification.measure(Path.of(args[1]), PROGRAMS);
            }
            case "verify-warm" -> {
                Machine.describe().forEach(System.out::println);
                new Runner(new OptionsBuilder()
                                .include(VerifierBench.class.getSimpleName())
                                .addProfiler(GCProfiler.class)
                                .jvmArgsAppend(
                                        "-Dxdp4j.programs=" + args[1],
                                        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                                        "-XX:+UseSerialGC")
                                .build())
                        .run();
            }
            default -> {
                System.err.println("perf: no such measurement: '" + what + "' (there are verify-cold, verify-warm)");
                System.exit(1);
            }
        }
    }
}
