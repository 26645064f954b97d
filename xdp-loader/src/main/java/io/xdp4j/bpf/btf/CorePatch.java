package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;

/** Changes one instruction from what the compiler assumed to what the target has. */
final class CorePatch {

    /** Helper that no kernel has: 0xbad2310, "bad relo"; the verifier names it if the instruction can be reached. */
    static final int POISON_HELPER = 195896080;

    private static final long POISON =
            InsnSlot.of(Opcode.CLASS_JMP | Opcode.CALL, 0, Opcode.CALL_HELPER, 0, POISON_HELPER);

    private final long[] code;
    private final int pc;

    CorePatch(final long[] code, final int pc) {
        if (pc < 0 || pc >= code.length) {
            throw new CoreException("no such instruction (program has " + code.length + " slots)");
        }
        this.code = code;
        this.pc = pc;
    }

    /** Makes the instruction one that no verifier passes, unless it cannot be reached. */
    void poison() {
        if (InsnSlot.isWide(code[pc]) && pc + 1 < code.length) {
            code[pc + 1] = POISON;
        }
        code[pc] = POISON;
    }

    /** Whether the instruction moves memory, so that the size of the field counts too. */
    boolean movesMemory() {
        return switch (InsnSlot.opcode(code[pc]) & Opcode.CLASS_MASK) {
            case Opcode.CLASS_LDX, Opcode.CLASS_ST, Opcode.CLASS_STX -> true;
            default -> false;
        };
    }

    void apply(final CoreValue local, final CoreValue target) {
        final int opcode = InsnSlot.opcode(code[pc]);
        switch (opcode & Opcode.CLASS_MASK) {
            case Opcode.CLASS_ALU, Opcode.CLASS_ALU64 -> immediate(opcode, local, target.value());
            case Opcode.CLASS_LDX, Opcode.CLASS_ST, Opcode.CLASS_STX -> memory(opcode, local, target);
            case Opcode.CLASS_LD -> wideImmediate(opcode, local, target.value());
            default -> throw unexpected(opcode);
        }
    }

    private void immediate(final int opcode, final CoreValue local, final long value) {
        if ((opcode & Opcode.SOURCE_X) != Opcode.SOURCE_K) {
            throw unexpected(opcode);
        }
        expect(local, InsnSlot.imm(code[pc]));
        final long most = (opcode & Opcode.CLASS_MASK) == Opcode.CLASS_ALU ? 0xffff_ffffL : Integer.MAX_VALUE;
        if (value < Integer.MIN_VALUE || value > most) {
            throw new CoreException("value does not fit the immediate: value=" + value);
        }
        code[pc] = InsnSlot.withImm(code[pc], (int) value);
    }

    private void memory(final int opcode, final CoreValue local, final CoreValue target) {
        expect(local, InsnSlot.offset(code[pc]));
        if (target.value() < 0 || target.value() > Short.MAX_VALUE) {
            throw new CoreException("offset does not fit the instruction: offset=" + target.value() + " (at most "
                    + Short.MAX_VALUE + ")");
        }
        long slot = InsnSlot.withOffset(code[pc], (int) target.value());
        if (target.size() != local.size()) {
            final int moved = Opcode.sizeInBytes(opcode);
            if (moved != local.size()) {
                throw new CoreException(
                        "instruction moves " + moved + " bytes, field has " + local.size() + " in the object");
            }
            slot = (slot & ~(long) Opcode.SIZE_MASK) | sizeBits(target.size());
        }
        code[pc] = slot;
    }

    private static int sizeBits(final long size) {
        return switch ((int) size) {
            case 1 -> Opcode.SIZE_B;
            case 2 -> Opcode.SIZE_H;
            case 4 -> Opcode.SIZE_W;
            case 8 -> Opcode.SIZE_DW;
            default -> throw new CoreException("no load or store of this size: size=" + size + " bytes");
        };
    }

    private void wideImmediate(final int opcode, final CoreValue local, final long value) {
        if (opcode != Opcode.LD_IMM64
                || pc + 1 >= code.length
                || InsnSlot.src(code[pc]) != 0
                || InsnSlot.opcode(code[pc + 1]) != 0) {
            throw unexpected(opcode);
        }
        expect(local, InsnSlot.imm64(code[pc], code[pc + 1]));
        code[pc] = InsnSlot.withImm(code[pc], (int) value);
        code[pc + 1] = InsnSlot.withImm(code[pc + 1], (int) (value >>> 32));
    }

    private static void expect(final CoreValue local, final long held) {
        if (local.exact() && held != local.value()) {
            throw new CoreException("instruction holds " + held + ", expected " + local.value());
        }
    }

    private static CoreException unexpected(final int opcode) {
        return new CoreException("instruction cannot be relocated: opcode=0x%02x".formatted(opcode));
    }
}
