package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.ProgramSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that change what an object is loaded with. */
final class LoadingOptions {

    @Option(
            names = "--map",
            paramLabel = "NAME=KEY:VALUE",
            description = "Put an entry into a map; @FILE for many, one a line. May be repeated.")
    List<String> maps = new ArrayList<>();

    @Option(
            names = "--global",
            paramLabel = "NAME=VALUE",
            description = "Set a global variable, constants too, before the program starts. May be repeated.")
    List<String> globals = new ArrayList<>();

    @Option(names = "--max-entries", paramLabel = "MAP=N", description = "Make a map of another size. May be repeated.")
    List<String> maxEntries = new ArrayList<>();

    @Option(
            names = "--kconfig",
            paramLabel = "NAME=VALUE",
            description = "Set a kernel configuration value that the object asks for: CONFIG_HZ=1000. May be repeated.")
    List<String> kconfigs = new ArrayList<>();

    @Option(
            names = "--btf",
            paramLabel = "FILE",
            description =
                    "Apply CO-RE relocations against these types: a BTF file, /sys/kernel/btf/vmlinux, or an ELF file.")
    @Nullable
    Path types;

    /** How to load the object so that the program can run. */
    LoadOptions options(final BpfObject object, final ProgramSpec program) {
        return new LoadOptions(Programs.neededBy(object, program), sizes(), Map.of());
    }

    /** The files that are read besides the capture, each with what it is. */
    Map<Path, String> inputs(final Path object) {
        final Map<Path, String> inputs = new LinkedHashMap<>();
        inputs.put(object, "object");
        if (types != null) {
            inputs.put(types, "types");
        }
        maps.stream()
                .filter(preset -> preset.startsWith("@"))
                .forEach(preset -> inputs.put(Path.of(preset.substring(1)), "presets"));
        return inputs;
    }

    /** Kernel configuration values by name. */
    Map<String, Long> kconfig() {
        return kconfig(kconfigs);
    }

    /** Those that texts give: {@code CONFIG_HZ=1000}. */
    static Map<String, Long> kconfig(final List<String> texts) {
        final Map<String, Long> values = new LinkedHashMap<>();
        for (final String text : texts) {
            final String value = valueOf(text, "--kconfig");
            values.put(
                    nameOf(text),
                    switch (value) {
                        case "y" -> 1L;
                        case "m" -> 2L;
                        case "n" -> 0L;
                        default -> number(value, "--kconfig", text);
                    });
        }
        return values;
    }

    private Map<String, Integer> sizes() {
        final Map<String, Integer> sizes = new LinkedHashMap<>();
        for (final String text : maxEntries) {
            final long size = number(valueOf(text, "--max-entries"), "--max-entries", text);
            if (size < 1 || size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("number of entries out of range: --max-entries " + text);
            }
            sizes.put(nameOf(text), (int) size);
        }
        return sizes;
    }

    private static long number(final String value, final String option, final String text) {
        try {
            return Long.decode(value);
        } catch (final NumberFormatException notANumber) {
            throw new IllegalArgumentException("not a number: " + option + " " + text, notANumber);
        }
    }

    static String nameOf(final String text) {
        return text.substring(0, text.indexOf('=')).strip();
    }

    static String valueOf(final String text, final String option) {
        final int equals = text.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(option + " must be NAME=VALUE: " + option + " " + text);
        }
        return text.substring(equals + 1).strip();
    }
}
