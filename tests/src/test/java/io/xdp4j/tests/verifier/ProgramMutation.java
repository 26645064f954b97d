package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import java.util.function.IntUnaryOperator;

/** Changes one instruction of a program: another operation, register, number, offset or size; or two change places. */
final class ProgramMutation {

    private ProgramMutation() {}

    static void apply(final long[] code, final IntUnaryOperator choices) {
        final int pc = choices.applyAsInt(code.length);
        if (InsnSlot.isWide(code[pc]) || code[pc] == 0) {
            return;
        }
        final long slot = code[pc];
        final int opcode = InsnSlot.opcode(slot);
        code[pc] = switch (choices.applyAsInt(7)) {
            case 0 ->
                InsnSlot.of(
                        opcode, choices.applyAsInt(11), InsnSlot.src(slot), InsnSlot.offset(slot), InsnSlot.imm(slot));
            case 1 -> (opcode & Opcode.SOURCE_X) == 0 ? slot : InsnSlot.withSrc(slot, choices.applyAsInt(11));
            case 2 ->
                InsnSlot.imm(slot) == 0
                        ? slot
                        : InsnSlot.withImm(slot, InsnSlot.imm(slot) + choices.applyAsInt(17) - 8);
            case 3 -> InsnSlot.withOffset(slot, InsnSlot.offset(slot) + choices.applyAsInt(9) - 4);
            case 4 -> slot ^ (1L << (3 + choices.applyAsInt(5)));
            case 5 -> slot ^ 3;
            default -> swap(code, pc, choices.applyAsInt(code.length), slot);
        };
    }

    private static long swap(final long[] code, final int pc, final int other, final long slot) {
        if (InsnSlot.isWide(code[other]) || code[other] == 0) {
            return slot;
        }
        final long there = code[other];
        code[other] = slot;
        return pc == other ? slot : there;
    }
}
