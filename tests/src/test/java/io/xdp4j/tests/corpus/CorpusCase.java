package io.xdp4j.tests.corpus;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One program of the corpus and what must become of it.
 *
 * <p>The program starts with r1 the address of the memory and r2 its length in bytes, both 0 where there is none; the
 * memory may be written. Either it ends with {@code result} in r0, or it is refused with {@code error}.
 *
 * @param file name of the corpus file
 * @param line line of the case in the file, from 1
 * @param name what the case shows; unique within its file
 * @param asm the program, as {@link io.xdp4j.bpf.asm.Assembler} reads it
 * @param memory bytes at r1
 * @param result all 64 bits of r0 at the end
 * @param error message of {@link io.xdp4j.bpf.insn.CodeCheck}
 */
public record CorpusCase(
        String file,
        int line,
        String name,
        String asm,
        Optional<byte[]> memory,
        OptionalLong result,
        Optional<String> error) {

    @Override
    public String toString() {
        return file + ":" + line + " " + name;
    }
}
