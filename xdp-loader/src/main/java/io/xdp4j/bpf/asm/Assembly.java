package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.ProgramType;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.format.SourceLine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * What assembly text became. The slots are not checked as a program: {@link io.xdp4j.bpf.insn.CodeCheck} does that.
 *
 * @param code instruction slots
 * @param references maps, kernel variables and kernel functions named in the text, by pc, ascending
 * @param labels every label and its pc
 * @param functions the main function, then those that are called or referred to, by pc, ascending
 * @param lines the line of text that each instruction came from, by pc
 */
public record Assembly(
        long[] code,
        List<Reference> references,
        Map<String, Integer> labels,
        List<Subprogram> functions,
        NavigableMap<Integer, SourceLine> lines) {

    /** The slots as bytes, little-endian, as they lie in an object file. */
    public byte[] bytes() {
        final ByteBuffer bytes = ByteBuffer.allocate(code.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(code);
        return bytes.array();
    }

    /** An XDP program of this code. */
    public ProgramSpec toProgram(final String name) {
        return new ProgramSpec(
                name,
                "xdp",
                ProgramType.XDP,
                ProgramSpec.ATTACH_XDP,
                false,
                "GPL",
                code,
                references,
                functions,
                lines,
                List.of(),
                java.util.Collections.emptyNavigableMap(),
                null);
    }
}
