package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.btf.BtfFormatter;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Prints an object file's contents for people. */
final class DumpReport {

    private DumpReport() {}

    static void print(
            final BpfObject object,
            final List<ProgramSpec> programs,
            final Function<ProgramSpec, String> code,
            final Terminal terminal) {
        final PrintStream out = terminal.out();
        out.printf(
                "%s  license %s%s%n",
                terminal.bold(object.file()),
                object.license().isEmpty() ? "(none)" : object.license(),
                object.btf() == null ? ", no type information" : "");
        out.printf("%n%s%n", terminal.bold("programs"));
        for (final ProgramSpec program : object.programs().values()) {
            out.printf(
                    Locale.ROOT,
                    "  %-28s section %-20s type %-14s %,6d instructions%s%s%n",
                    program.name(),
                    program.section(),
                    program.type().label() + (program.frags() ? " (frags)" : ""),
                    program.code().length,
                    functions(program),
                    program.coreRelocations().isEmpty()
                            ? ""
                            : ", " + program.coreRelocations().size() + " CO-RE relocations");
        }
        if (!object.maps().isEmpty()) {
            out.printf("%n%s%n", terminal.bold("maps"));
            object.maps().values().forEach(map -> printMap(map, out));
        }
        if (!object.variables().isEmpty()) {
            out.printf("%n%s%n", terminal.bold("global variables"));
            object.variables().values().forEach(variable -> printVariable(object, variable, out));
        }
        for (final ProgramSpec program : programs) {
            final String text = code.apply(program);
            if (!text.isEmpty()) {
                out.printf("%n%s %s%n%s", terminal.bold("program"), terminal.bold(program.name()), text);
            }
        }
    }

    private static String functions(final ProgramSpec program) {
        return program.subprograms().size() < 2
                ? ""
                : ", calls "
                        + program.subprograms().stream()
                                .skip(1)
                                .map(Subprogram::name)
                                .collect(Collectors.joining(", "));
    }

    private static void printMap(final MapSpec map, final PrintStream out) {
        out.printf(
                Locale.ROOT,
                "  %-28s %-18s key %s, value %s, max_entries %,d%s%s%n",
                map.name(),
                map.type().label(),
                type(map, map.keyType(), map.keySize()),
                type(map, map.valueType(), map.valueSize()),
                map.maxEntries() & 0xffff_ffffL,
                map.flags() == 0 ? "" : String.format(", flags 0x%x", map.flags()),
                contents(map));
        final MapSpec inner = map.inner();
        if (inner != null) {
            out.print("    of ");
            printMap(inner, out);
        }
    }

    private static String contents(final MapSpec map) {
        if (map.contents().isEmpty()) {
            return "";
        }
        return map.global() != null ? ", initialised" : ", " + map.contents().size() + " initial entries";
    }

    private static String type(final MapSpec map, final int typeId, final int size) {
        final String name = map.btf() == null || typeId == 0 ? "" : BtfFormatter.typeName(map.btf(), typeId);
        return name.isEmpty() ? size + " bytes" : name + " (" + size + " bytes)";
    }

    private static void printVariable(
            final BpfObject object, final BpfObject.Variable variable, final PrintStream out) {
        out.printf(
                Locale.ROOT,
                "  %-28s %s+%d, %d bytes%s%n",
                variable.name(),
                variable.map(),
                variable.offset(),
                variable.size(),
                Globals.initial(object, variable).map(value -> " = " + value).orElse(""));
    }
}
