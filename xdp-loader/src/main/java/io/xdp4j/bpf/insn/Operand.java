package io.xdp4j.bpf.insn;

/** The second operand of an instruction: a register or a 32-bit number. */
public sealed interface Operand {

    /** A register, 0 to 10. */
    record Register(int number) implements Operand {}

    /** A number; sign-extended where the instruction is 64 bits wide. */
    record Immediate(int value) implements Operand {}

    /** The operand that is a register. */
    static Operand register(final int number) {
        return new Register(number);
    }

    /** The operand that is a number. */
    static Operand immediate(final int value) {
        return new Immediate(value);
    }
}
