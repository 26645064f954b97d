package io.xdp4j.bpf.insn;

import java.util.ArrayList;
import java.util.List;

/** Every valid opcode with every interesting value of its other fields, as slots. */
public final class EveryInsn {

    private static final int[] REGISTERS = {0, 1, 2, 3, 4, 5, 6, 9, 10};
    private static final int[] OFFSETS = {0, 1, 8, 16, 32, -1, -8, 32767, -32768};
    private static final int[] IMMEDIATES = {
        0,
        1,
        2,
        5,
        10,
        16,
        32,
        64,
        0x40,
        0x41,
        0x50,
        0x51,
        0xa0,
        0xa1,
        0xe1,
        0xf1,
        0x100,
        0x110,
        0x10000,
        -1,
        Integer.MIN_VALUE,
        Integer.MAX_VALUE
    };

    private static final int[] HIGH = {0, 1, 16, -1, Integer.MIN_VALUE};

    private EveryInsn() {}

    /** Programs of one instruction each: one slot, or two for a 64-bit immediate load. */
    public static List<long[]> slots() {
        final List<long[]> valid = new ArrayList<>();
        for (int opcode = 0; opcode < 256; opcode++) {
            for (final int dst : new int[] {0, 3, 10}) {
                for (final int src : REGISTERS) {
                    for (final int offset : OFFSETS) {
                        for (final int imm : IMMEDIATES) {
                            add(valid, InsnSlot.of(opcode, dst, src, offset, imm));
                        }
                    }
                }
            }
        }
        return valid;
    }

    private static void add(final List<long[]> valid, final long slot) {
        if (!InsnSlot.isWide(slot)) {
            addIfValid(valid, new long[] {slot});
            return;
        }
        for (final int high : HIGH) {
            addIfValid(valid, new long[] {slot, InsnSlot.of(0, 0, 0, 0, high)});
        }
    }

    private static void addIfValid(final List<long[]> valid, final long[] code) {
        if (FieldCheck.problem(code, 0) == null) {
            valid.add(code);
        }
    }
}
