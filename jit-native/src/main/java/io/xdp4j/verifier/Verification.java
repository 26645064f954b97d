package io.xdp4j.verifier;

import io.xdp4j.bpf.format.SourceLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the verifier says of a program. */
public sealed interface Verification {

    /** What the proof has cost. */
    Cost cost();

    /** The program may run: it touches only what it may, and ends. */
    record Accepted(Facts facts, Cost cost) implements Verification {}

    /**
     * The program is refused.
     *
     * @param program its name
     * @param section the section that it stands in
     * @param rule what it breaks
     * @param pc the slot of the instruction
     * @param insn the instruction, disassembled
     * @param line the source line that it came from, or null
     * @param reason what is wrong, and what to do, in a plain sentence
     * @param registers what is known of the registers that the instruction uses: {@code r2=pkt(off=14,r=14)}
     * @param path the last branches that led there, the oldest first
     * @param cost what the proof has cost until then
     */
    record Rejected(
            String program,
            String section,
            Rule rule,
            int pc,
            String insn,
            @Nullable SourceLine line,
            String reason,
            String registers,
            List<PathStep> path,
            Cost cost)
            implements Verification {

        public Rejected {
            path = List.copyOf(path);
        }

        /** In one line: {@code pc=17: packet byte 34..37 read, but … [firewall.bpf.c:12:3: …]}. */
        public String message() {
            return "pc=" + pc + ": " + reason
                    + (line == null
                            ? ""
                            : " [" + line.place() + ": " + line.text().strip() + "]");
        }

        /** In full, over several lines: message, instruction, registers, path. */
        public String explanation() {
            final StringBuilder text = new StringBuilder(message())
                    .append("\n  rule: ")
                    .append(rule.label())
                    .append("\n  insn: ")
                    .append(insn);
            if (!registers.isEmpty()) {
                text.append("\n  regs: ").append(registers);
            }
            for (final PathStep step : path) {
                text.append("\n  path: ").append(step);
            }
            return text.toString();
        }
    }

    /**
     * A branch on the way.
     *
     * @param pc the jump
     * @param insn the jump, disassembled
     * @param taken whether it was taken
     * @param line the source line that it came from, or null
     */
    record PathStep(
            int pc, String insn, boolean taken, @Nullable SourceLine line) {

        @Override
        public String toString() {
            return "pc=" + pc + " " + insn + (taken ? " (taken)" : " (not taken)")
                    + (line == null
                            ? ""
                            : " [" + line.place() + ": " + line.text().strip() + "]");
        }
    }

    /**
     * What a proof costs.
     *
     * @param processed instructions followed, over all paths
     * @param totalStates states kept
     * @param peakStates states kept at one time
     * @param stackDepth bytes of stack of the deepest chain of calls
     * @param nanos time taken
     * @param widened whether the budget ran out and numbers were widened
     */
    record Cost(int processed, int totalStates, int peakStates, int stackDepth, long nanos, boolean widened) {}
}
