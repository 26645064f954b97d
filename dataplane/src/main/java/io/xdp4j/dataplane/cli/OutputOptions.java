package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.Verdict;
import io.xdp4j.capture.CaptureReader;
import io.xdp4j.capture.CaptureWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say where packets go, by verdict. */
final class OutputOptions {

    @Option(
            names = "--out",
            paramLabel = "CAPTURE",
            description = "Write the packets that pass (- for standard output).")
    private @Nullable Path out;

    @Option(names = "--tx-out", paramLabel = "CAPTURE", description = "Write the packets that the program transmits.")
    private @Nullable Path txOut;

    @Option(names = "--redirect-out", paramLabel = "CAPTURE", description = "Write the packets that it redirects.")
    private @Nullable Path redirectOut;

    @Option(names = "--drop-out", paramLabel = "CAPTURE", description = "Write the packets that it drops.")
    private @Nullable Path dropOut;

    @Option(names = "--aborted-out", paramLabel = "CAPTURE", description = "Write the packets on which it failed.")
    private @Nullable Path abortedOut;

    private record Output(String option, Verdict verdict, Path file) {}

    /** The files to write, by verdict. */
    Map<Verdict, Path> byVerdict() {
        final Map<Verdict, Path> files = new LinkedHashMap<>();
        outputs().forEach(output -> files.put(output.verdict, output.file));
        return files;
    }

    /** Whether packets go to standard output. */
    boolean toStandardOutput() {
        return outputs().stream().anyMatch(output -> output.file.toString().equals(CaptureReader.STANDARD_STREAM));
    }

    /**
     * Refuses two outputs into one file, and outputs over what is read.
     *
     * @param capture the capture that is read
     * @param inputs other files that are read: what each is, and its name
     */
    void check(final Path capture, final Map<Path, String> inputs) {
        final List<Output> outputs = outputs();
        for (int i = 0; i < outputs.size(); i++) {
            final Output output = outputs.get(i);
            for (final Output other : outputs.subList(0, i)) {
                if (OutputFiles.same(other.file, output.file)) {
                    throw new IllegalArgumentException("two outputs name the same file: " + other.option + " "
                            + other.file + ", " + output.option + " " + output.file);
                }
            }
            CaptureWriter.requireDifferent(capture, output.file);
            inputs.forEach((input, what) -> OutputFiles.requireDifferent(output.option, output.file, what, input));
        }
    }

    private List<Output> outputs() {
        final List<Output> outputs = new ArrayList<>();
        add(outputs, "--out", Verdict.PASS, out);
        add(outputs, "--tx-out", Verdict.TX, txOut);
        add(outputs, "--redirect-out", Verdict.REDIRECT, redirectOut);
        add(outputs, "--drop-out", Verdict.DROP, dropOut);
        add(outputs, "--aborted-out", Verdict.ABORTED, abortedOut);
        return outputs;
    }

    private static void add(
            final List<Output> outputs, final String option, final Verdict verdict, final @Nullable Path file) {
        if (file != null) {
            outputs.add(new Output(option, verdict, file));
        }
    }
}
