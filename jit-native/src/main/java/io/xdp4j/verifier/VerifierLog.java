package io.xdp4j.verifier;

import io.xdp4j.bpf.asm.Disassembler;
import io.xdp4j.bpf.insn.Insn;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Writes what the verifier follows in the style of the kernel's log: instruction, then registers and stack before it. */
final class VerifierLog implements BiConsumer<State, Insn> {

    private final Code code;
    private final Consumer<String> lines;
    private String place = "";

    VerifierLog(final Code code, final Consumer<String> lines) {
        this.code = code;
        this.lines = lines;
    }

    @Override
    public void accept(final State state, final Insn insn) {
        final var line = code.spec.line(state.pc);
        if (line != null && !line.place().equals(place)) {
            place = line.place();
            lines.accept("; " + line.text().strip() + " @ " + place);
        }
        lines.accept(state.pc + ": " + Disassembler.text(insn) + " ; " + describe(state));
    }

    /** Registers that matter, and stack that was written, of the running function. */
    private String describe(final State state) {
        final StringBuilder text = new StringBuilder();
        if (state.frameCount() > 1) {
            text.append(" frame").append(state.frameCount() - 1).append(':');
        }
        final Frame frame = state.top();
        for (int r = 0; r < Frame.REGISTERS; r++) {
            if (frame.regs[r].type != RegType.NOT_INIT && (code.live[state.pc] & 1 << r) != 0) {
                text.append(" R").append(r).append('=').append(frame.regs[r]);
            }
        }
        for (int i = 0; i < frame.depth(); i++) {
            if (frame.slot(i).kinds() != 0) {
                text.append(" fp").append(-8 * (i + 1)).append('=').append(frame.slot(i));
            }
        }
        return text.isEmpty() ? "" : text.substring(1);
    }
}
