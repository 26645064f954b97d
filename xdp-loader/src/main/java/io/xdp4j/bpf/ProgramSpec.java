package io.xdp4j.bpf;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.CoreRelocation;
import io.xdp4j.bpf.format.SourceLine;
import java.util.List;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * A program as an object file describes it: complete code, linked with its subprograms, before any engine has loaded it.
 *
 * @param name the function's name
 * @param section the section that it stood in
 * @param type kind of program, from the section's name
 * @param attachType the kernel's {@code enum bpf_attach_type} where the section's name asks for one, or 0
 * @param frags whether it takes multi-buffer packets ({@code xdp.frags})
 * @param license the object's licence, empty if it names none
 * @param code instruction slots; the program itself at 0, its subprograms after it; calls among them are resolved
 * @param references what instructions refer to by name, in order of {@code pc}
 * @param subprograms functions in {@code code}, the program itself first
 * @param lines source lines by the slot where each begins; empty without {@code -g}
 * @param coreRelocations relocations that wait for the target's types, by {@code pc} in {@code code}
 * @param poisoned by slot, why a CO-RE relocation made the instruction there unusable
 * @param btf types of the object, or null: what its global functions take stands there
 */
public record ProgramSpec(
        String name,
        String section,
        ProgramType type,
        int attachType,
        boolean frags,
        String license,
        long[] code,
        List<Reference> references,
        List<Subprogram> subprograms,
        NavigableMap<Integer, SourceLine> lines,
        List<CoreRelocation> coreRelocations,
        NavigableMap<Integer, String> poisoned,
        @Nullable Btf btf) {

    /** {@code enum bpf_attach_type}: an XDP program that runs at a devmap entry. */
    public static final int ATTACH_XDP_DEVMAP = 33;

    /** {@code enum bpf_attach_type}: an XDP program at an interface. */
    public static final int ATTACH_XDP = 37;

    /** {@code enum bpf_attach_type}: an XDP program that runs at a cpumap entry. */
    public static final int ATTACH_XDP_CPUMAP = 35;

    /** A program without an object file: raw XDP code that refers to nothing. */
    public static ProgramSpec of(final String name, final long[] code) {
        return of(name, code, List.of());
    }

    /** A program without an object file: XDP code with references. */
    public static ProgramSpec of(final String name, final long[] code, final List<Reference> references) {
        return new ProgramSpec(
                name,
                "xdp",
                ProgramType.XDP,
                ATTACH_XDP,
                false,
                "GPL",
                code,
                references,
                List.of(new Subprogram(name, 0, code.length, true)),
                java.util.Collections.emptyNavigableMap(),
                List.of(),
                java.util.Collections.emptyNavigableMap(),
                null);
    }

    /** The same program after its CO-RE relocations have been applied; none are left. */
    ProgramSpec withRelocated(final long[] newCode, final NavigableMap<Integer, String> newPoisoned) {
        return new ProgramSpec(
                name,
                section,
                type,
                attachType,
                frags,
                license,
                newCode,
                references,
                subprograms,
                lines,
                List.of(),
                newPoisoned,
                btf);
    }

    /** Whether to load it unless told otherwise: not if its section's name begins with {@code ?}. */
    public boolean autoload() {
        return !section.startsWith("?");
    }

    /** The source line that the instruction at {@code pc} came from, or null if the object does not say. */
    public @Nullable SourceLine line(final int pc) {
        final var entry = lines.floorEntry(pc);
        return entry == null ? null : entry.getValue();
    }

    /** The function that the instruction at {@code pc} belongs to, or null if {@code pc} is outside. */
    public @Nullable Subprogram subprogram(final int pc) {
        for (final Subprogram subprogram : subprograms) {
            if (pc >= subprogram.pc() && pc < subprogram.pc() + subprogram.length()) {
                return subprogram;
            }
        }
        return null;
    }
}
