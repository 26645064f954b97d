package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.ProgramType;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which of an object's programs a command is to use. */
final class Programs {

    private Programs() {}

    /** The program of that name, of that section, or the only one that can be meant. */
    static ProgramSpec choose(final BpfObject object, final @Nullable String name, final @Nullable String section) {
        final List<ProgramSpec> matching = object.programs().values().stream()
                .filter(program -> name == null || program.name().equals(name))
                .filter(program -> section == null || program.section().equals(section))
                .toList();
        if (name != null || section != null) {
            if (matching.isEmpty()) {
                throw new IllegalArgumentException("no such program: " + (name == null ? "" : "program=" + name)
                        + (name == null || section == null ? "" : ", ") + (section == null ? "" : "section=" + section)
                        + " (there are: "
                        + names(object.programs().values().stream().toList()) + ")");
            }
            return matching.getFirst();
        }
        final List<ProgramSpec> entries =
                matching.stream().filter(Programs::isEntry).toList();
        if (entries.size() == 1) {
            return entries.getFirst();
        }
        if (matching.size() == 1) {
            return matching.getFirst();
        }
        throw new IllegalArgumentException((matching.isEmpty() ? "object has no program" : "which program?")
                + " file=" + object.file()
                + (matching.isEmpty()
                        ? ""
                        : " (choose with --program or --section: " + names(entries.isEmpty() ? matching : entries)
                                + ")"));
    }

    /** Programs to load with it: itself, and all that can be reached by tail call through program arrays. */
    static List<String> neededBy(final BpfObject object, final ProgramSpec program) {
        return List.of(program.name());
    }

    private static boolean isEntry(final ProgramSpec program) {
        return program.type() == ProgramType.XDP && program.attachType() == ProgramSpec.ATTACH_XDP;
    }

    private static String names(final List<ProgramSpec> programs) {
        return programs.stream()
                .map(program -> program.name() + " in " + program.section())
                .collect(Collectors.joining(", "));
    }
}
