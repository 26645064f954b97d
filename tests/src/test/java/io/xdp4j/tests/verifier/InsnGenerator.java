package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Writes instructions by random choices: registers, numbers, arithmetic, spills; see {@link ProgramGenerator}. */
abstract class InsnGenerator {

    static final int[] ALU = {
        Opcode.ADD,
        Opcode.SUB,
        Opcode.MUL,
        Opcode.DIV,
        Opcode.OR,
        Opcode.AND,
        Opcode.LSH,
        Opcode.RSH,
        Opcode.MOD,
        Opcode.XOR,
        Opcode.ARSH
    };
    static final int[] JUMPS = {
        Opcode.JEQ,
        Opcode.JGT,
        Opcode.JGE,
        Opcode.JSET,
        Opcode.JNE,
        Opcode.JSGT,
        Opcode.JSGE,
        Opcode.JLT,
        Opcode.JLE,
        Opcode.JSLT,
        Opcode.JSLE
    };
    static final int[] NUMBERS = {
        0,
        1,
        -1,
        2,
        3,
        4,
        7,
        8,
        14,
        15,
        16,
        31,
        32,
        33,
        60,
        63,
        64,
        100,
        127,
        128,
        255,
        256,
        1500,
        4095,
        65535,
        65536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        -2,
        -8,
        -64,
        -128,
        -256
    };
    static final int[] SIZES = {Opcode.SIZE_B, Opcode.SIZE_H, Opcode.SIZE_W, Opcode.SIZE_DW};

    /** r6: context, r7: packet, r8: its end; r0 to r5 and r9 hold numbers. */
    static final int[] SCALARS = {0, 1, 2, 3, 4, 5, 9};

    private final IntUnaryOperator choices;
    final List<Long> code = new ArrayList<>();

    InsnGenerator(final IntUnaryOperator choices) {
        this.choices = choices;
    }

    final int below(final int bound) {
        return choices.applyAsInt(bound);
    }

    final int pick(final int[] from) {
        return from[below(from.length)];
    }

    final int scalar() {
        return pick(SCALARS);
    }

    final int number() {
        return below(4) == 0 ? below(1 << 16) - (1 << 15) : pick(NUMBERS);
    }

    final void emit(final int opcode, final int dst, final int src, final int offset, final int imm) {
        code.add(InsnSlot.of(opcode, dst, src, offset, imm));
    }

    final void move(final int dst, final int src) {
        emit(Opcode.CLASS_ALU64 | Opcode.MOV | Opcode.SOURCE_X, dst, src, 0, 0);
    }

    final void set(final int dst, final int imm) {
        emit(Opcode.CLASS_ALU64 | Opcode.MOV, dst, 0, 0, imm);
    }

    final void jumpTo(final int from, final int target) {
        code.set(from, InsnSlot.withOffset(code.get(from), target - from - 1));
    }

    final void alu() {
        alu(-1);
    }

    /** Changes a number: the one in {@code dst}, or any if that is negative. */
    final void alu(final int dst) {
        final int width = below(2) == 0 ? Opcode.CLASS_ALU64 : Opcode.CLASS_ALU;
        final int operation = pick(ALU);
        final int signed = (operation == Opcode.DIV || operation == Opcode.MOD) && below(2) == 0 ? 1 : 0;
        if (below(2) == 0) {
            emit(width | operation | Opcode.SOURCE_X, dst < 0 ? scalar() : dst, scalar(), signed, 0);
            return;
        }
        final boolean shift = operation == Opcode.LSH || operation == Opcode.RSH || operation == Opcode.ARSH;
        final int limit = width == Opcode.CLASS_ALU64 ? 64 : 32;
        int imm = shift ? below(limit) : number();
        if (imm == 0 && (operation == Opcode.DIV || operation == Opcode.MOD)) {
            imm = 3;
        }
        emit(width | operation, dst < 0 ? scalar() : dst, 0, signed, imm);
    }

    final void special() {
        final int dst = scalar();
        switch (below(5)) {
            case 0 -> emit(Opcode.CLASS_ALU64 | Opcode.NEG, dst, 0, 0, 0);
            case 1 -> emit(Opcode.CLASS_ALU | Opcode.NEG, dst, 0, 0, 0);
            case 2 ->
                emit(Opcode.CLASS_ALU | Opcode.END | (below(2) == 0 ? Opcode.SOURCE_X : 0), dst, 0, 0, 16 << below(3));
            case 3 -> emit(Opcode.CLASS_ALU64 | Opcode.MOV | Opcode.SOURCE_X, dst, scalar(), 8 << below(3), 0);
            default ->
                emit(
                        (below(2) == 0 ? Opcode.CLASS_ALU : Opcode.CLASS_ALU64) | Opcode.MOV | Opcode.SOURCE_X,
                        dst,
                        scalar(),
                        0,
                        0);
        }
    }

    final void spill() {
        final int size = pick(SIZES);
        final int bytes = Opcode.sizeInBytes(size);
        final int offset = -bytes * (1 + below(32 / bytes));
        if (below(3) == 0) {
            emit(Opcode.CLASS_ST | Opcode.MODE_MEM | size, 10, 0, offset, number());
        } else {
            emit(Opcode.CLASS_STX | Opcode.MODE_MEM | size, 10, scalar(), offset, 0);
        }
    }

    final void fill() {
        final int size = pick(SIZES);
        final int bytes = Opcode.sizeInBytes(size);
        final int mode = size != Opcode.SIZE_DW && below(3) == 0 ? Opcode.MODE_MEMSX : Opcode.MODE_MEM;
        emit(Opcode.CLASS_LDX | mode | size, scalar(), 10, -bytes * (1 + below(32 / bytes)), 0);
    }
}
