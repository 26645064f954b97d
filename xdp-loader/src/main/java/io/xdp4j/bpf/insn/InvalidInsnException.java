package io.xdp4j.bpf.insn;

/** A slot is no instruction. The message is one line: {@code pc=17: unknown opcode: opcode=0xff}. */
public final class InvalidInsnException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int pc;

    InvalidInsnException(final CodeProblem problem) {
        super(problem.message());
        this.pc = problem.pc();
    }

    /** Where, in slots. */
    public int pc() {
        return pc;
    }
}
