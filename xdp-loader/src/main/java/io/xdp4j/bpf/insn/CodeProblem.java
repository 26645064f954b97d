package io.xdp4j.bpf.insn;

/**
 * The first thing wrong with a program's structure.
 *
 * @param pc where, in slots
 * @param reason what, without the pc
 */
public record CodeProblem(int pc, String reason) {

    /** One line: {@code pc=17: unknown opcode: opcode=0xff}. */
    public String message() {
        return "pc=" + pc + ": " + reason;
    }
}
