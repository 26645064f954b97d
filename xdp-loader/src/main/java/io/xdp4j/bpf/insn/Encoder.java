package io.xdp4j.bpf.insn;

import java.util.Arrays;
import java.util.List;

/** Makes slots out of instructions. A field that its bits cannot hold is an {@link IllegalArgumentException}. */
public final class Encoder {

    private Encoder() {}

    /** The slots of a whole program. */
    public static long[] encode(final List<Insn> insns) {
        final long[] code = new long[insns.size() * 2];
        int pc = 0;
        for (final Insn insn : insns) {
            pc += encode(insn, code, pc);
        }
        return Arrays.copyOf(code, pc);
    }

    /** Writes one instruction at {@code pc}; returns how many slots it took, 1 or 2. */
    public static int encode(final Insn insn, final long[] code, final int pc) {
        if (insn instanceof Insn.LoadImm64(int dst, Pseudo kind, int low, int high)) {
            code[pc] = InsnSlot.of(Opcode.LD_IMM64, register(dst), kind.ordinal(), 0, low);
            code[pc + 1] = InsnSlot.of(0, 0, 0, 0, high);
            return 2;
        }
        code[pc] = slot(insn);
        return 1;
    }

    private static long slot(final Insn insn) {
        return switch (insn) {
            case Insn.Alu(var op, var width, int dst, var source) ->
                withSource(aluClass(width) | op.code(), dst, source, op.signed() ? 1 : 0);
            case Insn.Move(var width, int dst, var source) -> withSource(aluClass(width) | Opcode.MOV, dst, source, 0);
            case Insn.MoveSigned(var width, int dst, int src, int bits) ->
                of(aluClass(width) | Opcode.SOURCE_X | Opcode.MOV, dst, src, signBits(bits, width), 0);
            case Insn.Negate(var width, int dst) -> of(aluClass(width) | Opcode.NEG, dst, 0, 0, 0);
            case Insn.SwapBytes(var op, int dst, int bits) -> of(swapOpcode(op), dst, 0, 0, swapBits(bits));
            case Insn.AddressSpaceCast(int dst, int src, int to, int from) ->
                of(Opcode.CLASS_ALU64 | Opcode.SOURCE_X | Opcode.MOV, dst, src, 1, castSpaces(to, from));
            case Insn.Load(var size, boolean signed, int dst, int base, int offset) ->
                of(loadOpcode(size, signed), dst, base, offset16(offset), 0);
            case Insn.Store(var size, int base, int offset, Operand.Register(int src)) ->
                of(Opcode.CLASS_STX | Opcode.MODE_MEM | size.code(), base, src, offset16(offset), 0);
            case Insn.Store(var size, int base, int offset, Operand.Immediate(int value)) ->
                of(Opcode.CLASS_ST | Opcode.MODE_MEM | size.code(), base, 0, offset16(offset), value);
            case Insn.Atomic(var op, boolean fetch, var width, int base, int offset, int src) ->
                of(
                        atomicOpcode(width == Width.W32 ? Size.W : Size.DW),
                        base,
                        src,
                        offset16(offset),
                        op.code() | (fetch ? Opcode.ATOMIC_FETCH : 0));
            case Insn.LoadAcquire(var size, int dst, int base, int offset) ->
                of(atomicOpcode(size), dst, base, offset16(offset), Opcode.ATOMIC_LOAD_ACQUIRE);
            case Insn.StoreRelease(var size, int base, int offset, int src) ->
                of(atomicOpcode(size), base, src, offset16(offset), Opcode.ATOMIC_STORE_RELEASE);
            case Insn.Jump jump -> jump(jump);
            case Insn.MayGoto(int offset) -> of(Opcode.CLASS_JMP | Opcode.JCOND, 0, 0, offset16(offset), 0);
            case Insn.JumpIf(var condition, var width, int dst, var source, int offset) ->
                withSource(
                        (width == Width.W32 ? Opcode.CLASS_JMP32 : Opcode.CLASS_JMP) | condition.code(),
                        dst,
                        source,
                        offset16(offset));
            case Insn.HelperCall(int id) -> call(Opcode.CALL_HELPER, 0, id);
            case Insn.FunctionCall(int offset) -> call(Opcode.CALL_SUBPROGRAM, 0, offset);
            case Insn.KfuncCall(int btfId, int fdIndex) -> call(Opcode.CALL_KFUNC, offset16(fdIndex), btfId);
            case Insn.RegisterCall(int register) -> of(Opcode.CALLX, register, 0, 0, 0);
            case Insn.Exit _ -> of(Opcode.CLASS_JMP | Opcode.EXIT, 0, 0, 0, 0);
            case Insn.LegacyPacketLoad(var size, boolean indirect, int src, int imm) ->
                of(
                        Opcode.CLASS_LD | (indirect ? Opcode.MODE_IND : Opcode.MODE_ABS) | size.code(),
                        0,
                        indirect ? src : 0,
                        0,
                        imm);
            case Insn.LoadImm64 _ -> throw new IllegalArgumentException("two slots: encode into an array");
        };
    }

    private static long jump(final Insn.Jump jump) {
        return jump.wide()
                ? of(Opcode.CLASS_JMP32 | Opcode.JA, 0, 0, 0, jump.offset())
                : of(Opcode.CLASS_JMP | Opcode.JA, 0, 0, offset16(jump.offset()), 0);
    }

    private static long call(final int kind, final int offset, final int imm) {
        return InsnSlot.of(Opcode.CLASS_JMP | Opcode.CALL, 0, kind, offset, imm);
    }

    private static long withSource(final int opcode, final int dst, final Operand source, final int offset) {
        return switch (source) {
            case Operand.Register(int number) -> of(opcode | Opcode.SOURCE_X, dst, number, offset, 0);
            case Operand.Immediate(int value) -> of(opcode | Opcode.SOURCE_K, dst, 0, offset, value);
        };
    }

    private static long of(final int opcode, final int dst, final int src, final int offset, final int imm) {
        return InsnSlot.of(opcode, register(dst), register(src), offset, imm);
    }

    private static int aluClass(final Width width) {
        return width == Width.W32 ? Opcode.CLASS_ALU : Opcode.CLASS_ALU64;
    }

    private static int atomicOpcode(final Size size) {
        return Opcode.CLASS_STX | Opcode.MODE_ATOMIC | size.code();
    }

    private static int loadOpcode(final Size size, final boolean signed) {
        if (signed && size == Size.DW) {
            throw new IllegalArgumentException("no sign-extending load of 8 bytes (load without sign)");
        }
        return Opcode.CLASS_LDX | (signed ? Opcode.MODE_MEMSX : Opcode.MODE_MEM) | size.code();
    }

    private static int swapOpcode(final ByteOrderOp op) {
        return switch (op) {
            case LITTLE -> Opcode.CLASS_ALU | Opcode.END | Opcode.SOURCE_K;
            case BIG -> Opcode.CLASS_ALU | Opcode.END | Opcode.SOURCE_X;
            case SWAP -> Opcode.CLASS_ALU64 | Opcode.END | Opcode.SOURCE_K;
        };
    }

    private static int register(final int number) {
        if (number < 0 || number > FieldCheck.FRAME_POINTER) {
            throw new IllegalArgumentException("unknown register: register=" + number + " (0 to 10)");
        }
        return number;
    }

    private static int offset16(final int offset) {
        if (offset != (short) offset) {
            throw new IllegalArgumentException("offset needs more than 16 bits: offset=" + offset);
        }
        return offset;
    }

    private static int signBits(final int bits, final Width width) {
        if (bits != 8 && bits != 16 && !(bits == 32 && width == Width.W64)) {
            throw new IllegalArgumentException(
                    "no sign extension: from=" + bits + " bits, to=" + width.bits() + " bits");
        }
        return bits;
    }

    private static int swapBits(final int bits) {
        if (bits != 16 && bits != 32 && bits != 64) {
            throw new IllegalArgumentException("byte swap must be of 16, 32 or 64 bits: bits=" + bits);
        }
        return bits;
    }

    private static int castSpaces(final int to, final int from) {
        if (to < 0 || from < 0 || to > 1 || to + from != 1) {
            throw new IllegalArgumentException(
                    "address space cast must be between 0 and 1: to=" + to + ", from=" + from);
        }
        return to << 16 | from;
    }
}
