package io.xdp4j.bpf.insn;

import org.jspecify.annotations.Nullable;

/**
 * Makes instructions out of slots. Every field is checked against RFC 9669 and Linux 6.18; where jumps lead is not:
 * that is {@link CodeCheck}'s part.
 */
public final class Decoder {

    private Decoder() {}

    /**
     * Every instruction of a program, at its pc; null at the second slots of 64-bit immediate loads.
     *
     * @throws InvalidInsnException for the first slot that is no instruction
     */
    public static @Nullable Insn[] decode(final long[] code) {
        final Insn[] insns = new Insn[code.length];
        for (int pc = 0; pc < code.length; ) {
            final Insn insn = decode(code, pc);
            insns[pc] = insn;
            pc += insn.slots();
        }
        return insns;
    }

    /**
     * The instruction at {@code pc}.
     *
     * @throws InvalidInsnException if there is none
     */
    public static Insn decode(final long[] code, final int pc) {
        final String problem = FieldCheck.problem(code, pc);
        if (problem != null) {
            throw new InvalidInsnException(new CodeProblem(pc, problem));
        }
        final long slot = code[pc];
        return switch (InsnSlot.opcode(slot) & Opcode.CLASS_MASK) {
            case Opcode.CLASS_LD -> load(code, pc);
            case Opcode.CLASS_LDX ->
                new Insn.Load(
                        size(slot),
                        (InsnSlot.opcode(slot) & Opcode.MODE_MASK) == Opcode.MODE_MEMSX,
                        InsnSlot.dst(slot),
                        InsnSlot.src(slot),
                        InsnSlot.offset(slot));
            case Opcode.CLASS_ST ->
                new Insn.Store(
                        size(slot), InsnSlot.dst(slot), InsnSlot.offset(slot), Operand.immediate(InsnSlot.imm(slot)));
            case Opcode.CLASS_STX -> storeRegister(slot);
            case Opcode.CLASS_ALU -> arithmetic(slot, Width.W32);
            case Opcode.CLASS_ALU64 -> arithmetic(slot, Width.W64);
            case Opcode.CLASS_JMP -> jump(slot);
            default ->
                (InsnSlot.opcode(slot) & Opcode.OPERATION_MASK) == Opcode.JA
                        ? new Insn.Jump(InsnSlot.imm(slot), true)
                        : conditional(slot, Width.W32);
        };
    }

    private static Insn load(final long[] code, final int pc) {
        final long slot = code[pc];
        if (InsnSlot.isWide(slot)) {
            return new Insn.LoadImm64(
                    InsnSlot.dst(slot), Pseudo.of(InsnSlot.src(slot)), InsnSlot.imm(slot), InsnSlot.imm(code[pc + 1]));
        }
        return new Insn.LegacyPacketLoad(
                size(slot),
                (InsnSlot.opcode(slot) & Opcode.MODE_MASK) == Opcode.MODE_IND,
                InsnSlot.src(slot),
                InsnSlot.imm(slot));
    }

    private static Insn storeRegister(final long slot) {
        final int dst = InsnSlot.dst(slot);
        final int src = InsnSlot.src(slot);
        final int offset = InsnSlot.offset(slot);
        final Size size = size(slot);
        if ((InsnSlot.opcode(slot) & Opcode.MODE_MASK) == Opcode.MODE_MEM) {
            return new Insn.Store(size, dst, offset, Operand.register(src));
        }
        final int imm = InsnSlot.imm(slot);
        return switch (imm) {
            case Opcode.ATOMIC_LOAD_ACQUIRE -> new Insn.LoadAcquire(size, dst, src, offset);
            case Opcode.ATOMIC_STORE_RELEASE -> new Insn.StoreRelease(size, dst, offset, src);
            default ->
                new Insn.Atomic(
                        AtomicOp.of(imm),
                        (imm & Opcode.ATOMIC_FETCH) != 0,
                        size == Size.W ? Width.W32 : Width.W64,
                        dst,
                        offset,
                        src);
        };
    }

    private static Insn arithmetic(final long slot, final Width width) {
        final int opcode = InsnSlot.opcode(slot);
        final int dst = InsnSlot.dst(slot);
        final int offset = InsnSlot.offset(slot);
        return switch (opcode & Opcode.OPERATION_MASK) {
            case Opcode.NEG -> new Insn.Negate(width, dst);
            case Opcode.END -> new Insn.SwapBytes(swap(opcode), dst, InsnSlot.imm(slot));
            case Opcode.MOV ->
                switch (offset) {
                    case 0 -> new Insn.Move(width, dst, operand(slot));
                    case 1 ->
                        new Insn.AddressSpaceCast(
                                dst, InsnSlot.src(slot), InsnSlot.imm(slot) >>> 16, InsnSlot.imm(slot) & 0xffff);
                    default -> new Insn.MoveSigned(width, dst, InsnSlot.src(slot), offset);
                };
            default -> new Insn.Alu(AluOp.of(opcode, offset == 1), width, dst, operand(slot));
        };
    }

    private static ByteOrderOp swap(final int opcode) {
        if ((opcode & Opcode.CLASS_MASK) == Opcode.CLASS_ALU64) {
            return ByteOrderOp.SWAP;
        }
        return (opcode & Opcode.SOURCE_X) == 0 ? ByteOrderOp.LITTLE : ByteOrderOp.BIG;
    }

    private static Insn jump(final long slot) {
        return switch (InsnSlot.opcode(slot) & Opcode.OPERATION_MASK) {
            case Opcode.JA -> new Insn.Jump(InsnSlot.offset(slot), false);
            case Opcode.JCOND -> new Insn.MayGoto(InsnSlot.offset(slot));
            case Opcode.EXIT -> new Insn.Exit();
            case Opcode.CALL -> call(slot);
            default -> conditional(slot, Width.W64);
        };
    }

    private static Insn call(final long slot) {
        if (InsnSlot.opcode(slot) == Opcode.CALLX) {
            return new Insn.RegisterCall(InsnSlot.dst(slot));
        }
        return switch (InsnSlot.src(slot)) {
            case Opcode.CALL_HELPER -> new Insn.HelperCall(InsnSlot.imm(slot));
            case Opcode.CALL_SUBPROGRAM -> new Insn.FunctionCall(InsnSlot.imm(slot));
            default -> new Insn.KfuncCall(InsnSlot.imm(slot), InsnSlot.offset(slot));
        };
    }

    private static Insn conditional(final long slot, final Width width) {
        return new Insn.JumpIf(
                Condition.of(InsnSlot.opcode(slot)), width, InsnSlot.dst(slot), operand(slot), InsnSlot.offset(slot));
    }

    private static Operand operand(final long slot) {
        return (InsnSlot.opcode(slot) & Opcode.SOURCE_X) != 0
                ? Operand.register(InsnSlot.src(slot))
                : Operand.immediate(InsnSlot.imm(slot));
    }

    private static Size size(final long slot) {
        return Size.of(InsnSlot.opcode(slot));
    }
}
