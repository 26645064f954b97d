package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.bpf.asm.Assembly;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One program and what a verifier must say of it.
 *
 * @param file name of the case file
 * @param line line of the case in the file, from 1
 * @param name the rule that it shows; unique within all files
 * @param maps maps by name
 * @param asm the program, as {@link Assembler} reads it
 * @param functions types of its global functions, as {@link CaseFunctions} reads them; empty for none
 * @param frags whether it takes multi-buffer packets
 * @param accepted whether our verifier accepts it
 * @param kernelAccepts whether Linux does
 * @param message what our rejection contains
 */
record VerifierCase(
        String file,
        int line,
        String name,
        Map<String, MapSpec> maps,
        String asm,
        String functions,
        boolean frags,
        boolean accepted,
        boolean kernelAccepts,
        Optional<String> message) {

    /** The program, with the case's name. */
    ProgramSpec program() {
        final Assembly assembly = Assembler.assemble(file, asm);
        final Set<String> globals = CaseFunctions.names(functions);
        final ProgramSpec plain = assembly.toProgram("main");
        return new ProgramSpec(
                plain.name(),
                frags ? "xdp.frags" : "xdp",
                plain.type(),
                plain.attachType(),
                frags,
                plain.license(),
                plain.code(),
                plain.references(),
                plain.subprograms().stream()
                        .map(each -> new Subprogram(
                                each.name(), each.pc(), each.length(), each.global() || globals.contains(each.name())))
                        .toList(),
                plain.lines(),
                plain.coreRelocations(),
                plain.poisoned(),
                functions.isEmpty() ? null : CaseFunctions.types(functions));
    }

    @Override
    public String toString() {
        return file + ":" + line + " " + name;
    }
}
