package io.xdp4j.perf;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What figures depend on: processor, kernel, mitigations, JVM and its flags, how busy the machine is. */
final class Machine {

    private Machine() {}

    /** Lines of text, one for each. */
    static List<String> describe() {
        final List<String> lines = new ArrayList<>();
        lines.add("cpu: " + first(Path.of("/proc/cpuinfo"), "model name") + ", "
                + Runtime.getRuntime().availableProcessors() + " usable");
        lines.add("kernel: " + System.getProperty("os.name") + " " + System.getProperty("os.version"));
        lines.add("jvm: " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        lines.add("jvm flags: "
                + String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        lines.add("mitigations: " + mitigations());
        lines.add("pinned to: " + first(Path.of("/proc/self/status"), "Cpus_allowed_list"));
        lines.add("load: " + ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        return lines;
    }

    private static String mitigations() {
        try (Stream<Path> files = Files.list(Path.of("/sys/devices/system/cpu/vulnerabilities"))) {
            final List<String> active = new ArrayList<>();
            for (final Path file : files.sorted().toList()) {
                final String text = Files.readString(file).strip();
                if (!text.startsWith("Not affected")) {
                    active.add(file.getFileName() + "=" + text);
                }
            }
            return active.isEmpty() ? "none" : String.join("; ", active);
        } catch (final IOException unknown) {
            return "unknown";
        }
    }

    private static String first(final Path file, final String key) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (final IOException unknown) {
            return "unknown";
        }
    }
}
