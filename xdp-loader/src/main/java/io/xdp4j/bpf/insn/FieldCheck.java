package io.xdp4j.bpf.insn;

import org.jspecify.annotations.Nullable;

/**
 * Whether one instruction's fields are ones that RFC 9669 and Linux 6.18 define: the opcode known, reserved fields zero,
 * registers 0 to 10, r10 not written. Null means yes; no string is made unless there is a fault.
 *
 * <p>Shift counts and constant zero divisors are not looked at: the RFC defines them, Linux's verifier refuses them.
 */
final class FieldCheck {

    static final int FRAME_POINTER = 10;

    private static final int DST = 1;
    private static final int SRC = 2;
    private static final int OFFSET = 4;
    private static final int IMM = 8;

    private FieldCheck() {}

    /** What is wrong with the instruction at {@code pc}, without the pc. */
    static @Nullable String problem(final long[] code, final int pc) {
        final long slot = code[pc];
        if (InsnSlot.dst(slot) > FRAME_POINTER) {
            return "unknown register: dst=r" + InsnSlot.dst(slot) + " (r0 to r10)";
        }
        return switch (InsnSlot.opcode(slot) & Opcode.CLASS_MASK) {
            case Opcode.CLASS_LD -> load(code, pc);
            case Opcode.CLASS_LDX -> loadRegister(slot);
            case Opcode.CLASS_ST -> mode(slot) == Opcode.MODE_MEM ? reserved(slot, SRC) : unknown(slot);
            case Opcode.CLASS_STX -> storeRegister(slot);
            case Opcode.CLASS_ALU, Opcode.CLASS_ALU64 -> arithmetic(slot);
            case Opcode.CLASS_JMP -> jump(slot);
            default -> jump32(slot);
        };
    }

    private static @Nullable String load(final long[] code, final int pc) {
        final long slot = code[pc];
        final int opcode = InsnSlot.opcode(slot);
        if (opcode == Opcode.LD_IMM64) {
            return loadImm64(code, pc);
        }
        final boolean indirect = mode(slot) == Opcode.MODE_IND;
        if ((!indirect && mode(slot) != Opcode.MODE_ABS) || Size.of(opcode) == Size.DW) {
            return unknown(slot);
        }
        return first(reserved(slot, DST | OFFSET | (indirect ? 0 : SRC)), source(slot));
    }

    private static @Nullable String loadImm64(final long[] code, final int pc) {
        final int kind = InsnSlot.src(code[pc]);
        if (kind >= Pseudo.COUNT) {
            return "unknown kind of 64-bit immediate load: src=" + kind + " (0 to " + (Pseudo.COUNT - 1) + ")";
        }
        if (pc + 1 == code.length) {
            return "64-bit immediate load has no second slot: program=" + code.length + " slots";
        }
        final long second = code[pc + 1];
        if ((second & 0xffff_ffffL) != 0) {
            return "second slot of a 64-bit immediate load must be zero but for its immediate: slot=0x"
                    + Long.toHexString(second);
        }
        if (Pseudo.of(kind).upperHalfReserved() && InsnSlot.imm(second) != 0) {
            return "reserved upper half is not zero: imm=" + InsnSlot.imm(second) + ", src=" + kind;
        }
        return first(reserved(code[pc], OFFSET), written(InsnSlot.dst(code[pc])));
    }

    private static @Nullable String loadRegister(final long slot) {
        final boolean signed = mode(slot) == Opcode.MODE_MEMSX;
        if (mode(slot) != (signed ? Opcode.MODE_MEMSX : Opcode.MODE_MEM)
                || (signed && Size.of(InsnSlot.opcode(slot)) == Size.DW)) {
            return unknown(slot);
        }
        return first(source(slot), first(reserved(slot, IMM), written(InsnSlot.dst(slot))));
    }

    private static @Nullable String storeRegister(final long slot) {
        return switch (mode(slot)) {
            case Opcode.MODE_MEM -> first(source(slot), reserved(slot, IMM));
            case Opcode.MODE_ATOMIC -> first(source(slot), atomic(slot));
            default -> unknown(slot);
        };
    }

    private static @Nullable String atomic(final long slot) {
        final Size size = Size.of(InsnSlot.opcode(slot));
        final int imm = InsnSlot.imm(slot);
        return switch (imm) {
            case Opcode.ATOMIC_LOAD_ACQUIRE -> written(InsnSlot.dst(slot));
            case Opcode.ATOMIC_STORE_RELEASE -> null;
            case Opcode.ATOMIC_ADD, Opcode.ATOMIC_OR, Opcode.ATOMIC_AND, Opcode.ATOMIC_XOR, Opcode.ATOMIC_CMPXCHG ->
                narrow(size);
            case Opcode.ATOMIC_ADD | Opcode.ATOMIC_FETCH,
                    Opcode.ATOMIC_OR | Opcode.ATOMIC_FETCH,
                    Opcode.ATOMIC_AND | Opcode.ATOMIC_FETCH,
                    Opcode.ATOMIC_XOR | Opcode.ATOMIC_FETCH,
                    Opcode.ATOMIC_XCHG -> first(narrow(size), written(InsnSlot.src(slot)));
            default -> "unknown atomic operation: imm=0x" + Integer.toHexString(imm);
        };
    }

    private static @Nullable String narrow(final Size size) {
        return size == Size.W || size == Size.DW
                ? null
                : "no atomic read-modify-write of this size: size=" + size.bytes() + " bytes (4 or 8)";
    }

    private static @Nullable String arithmetic(final long slot) {
        final boolean register = (InsnSlot.opcode(slot) & Opcode.SOURCE_X) != 0;
        final int operation = InsnSlot.opcode(slot) & Opcode.OPERATION_MASK;
        final String problem = switch (operation) {
            case Opcode.NEG -> register ? unknown(slot) : reserved(slot, SRC | OFFSET | IMM);
            case Opcode.END -> swap(slot, register);
            case Opcode.MOV -> move(slot, register);
            case Opcode.DIV, Opcode.MOD ->
                InsnSlot.offset(slot) == 0 || InsnSlot.offset(slot) == 1
                        ? operands(slot, register, 0)
                        : "unknown division: offset=" + InsnSlot.offset(slot) + " (0 unsigned, 1 signed)";
            default -> operation > Opcode.END ? unknown(slot) : operands(slot, register, OFFSET);
        };
        return first(problem, written(InsnSlot.dst(slot)));
    }

    private static @Nullable String swap(final long slot, final boolean register) {
        final int bits = InsnSlot.imm(slot);
        if (register && (InsnSlot.opcode(slot) & Opcode.CLASS_MASK) == Opcode.CLASS_ALU64) {
            return unknown(slot);
        }
        return bits == 16 || bits == 32 || bits == 64
                ? reserved(slot, SRC | OFFSET)
                : "byte swap must be of 16, 32 or 64 bits: imm=" + bits;
    }

    private static @Nullable String move(final long slot, final boolean register) {
        if (!register) {
            return reserved(slot, SRC | OFFSET);
        }
        final boolean wide = (InsnSlot.opcode(slot) & Opcode.CLASS_MASK) == Opcode.CLASS_ALU64;
        final int imm = InsnSlot.imm(slot);
        return switch (InsnSlot.offset(slot)) {
            case 0, 8, 16 -> operands(slot, true, 0);
            case 32 -> wide ? operands(slot, true, 0) : unknownMove(slot);
            case 1 -> {
                if (!wide) {
                    yield unknownMove(slot);
                }
                yield imm == 1 || imm == 1 << 16
                        ? source(slot)
                        : "address space cast must be between 0 and 1: imm=0x" + Integer.toHexString(imm);
            }
            default -> unknownMove(slot);
        };
    }

    private static String unknownMove(final long slot) {
        return "unknown sign extension: offset=" + InsnSlot.offset(slot) + " (0, 8, 16; 32 where 64 bits wide)";
    }

    private static @Nullable String jump(final long slot) {
        final boolean register = (InsnSlot.opcode(slot) & Opcode.SOURCE_X) != 0;
        return switch (InsnSlot.opcode(slot) & Opcode.OPERATION_MASK) {
            case Opcode.JA ->
                register ? "indirect jump not supported: opcode=0x0d (gotox)" : reserved(slot, DST | SRC | IMM);
            case Opcode.CALL -> register ? callRegister(slot) : call(slot);
            case Opcode.EXIT -> register ? unknown(slot) : reserved(slot, DST | SRC | OFFSET | IMM);
            case Opcode.JCOND -> register ? unknown(slot) : reserved(slot, DST | SRC | IMM);
            case 0xf0 -> unknown(slot);
            default -> operands(slot, register, 0);
        };
    }

    private static @Nullable String jump32(final long slot) {
        final boolean register = (InsnSlot.opcode(slot) & Opcode.SOURCE_X) != 0;
        return switch (InsnSlot.opcode(slot) & Opcode.OPERATION_MASK) {
            case Opcode.JA -> register ? unknown(slot) : reserved(slot, DST | SRC | OFFSET);
            case Opcode.CALL, Opcode.EXIT, Opcode.JCOND, 0xf0 -> unknown(slot);
            default -> operands(slot, register, 0);
        };
    }

    private static @Nullable String call(final long slot) {
        return switch (InsnSlot.src(slot)) {
            case Opcode.CALL_HELPER, Opcode.CALL_SUBPROGRAM -> reserved(slot, DST | OFFSET);
            case Opcode.CALL_KFUNC ->
                InsnSlot.offset(slot) < 0
                        ? "kernel function's BTF index must not be negative: offset=" + InsnSlot.offset(slot)
                        : reserved(slot, DST);
            default -> "unknown kind of call: src=" + InsnSlot.src(slot) + " (0 helper, 1 function, 2 kernel function)";
        };
    }

    private static @Nullable String callRegister(final long slot) {
        if (InsnSlot.dst(slot) == 0 && InsnSlot.imm(slot) > 0 && InsnSlot.imm(slot) <= FRAME_POINTER) {
            return "callx has its register in the immediate: imm=" + InsnSlot.imm(slot)
                    + " (old encoding: compile with clang 19 or newer)";
        }
        return reserved(slot, SRC | OFFSET | IMM);
    }

    /** Register source: the immediate is reserved; immediate source: the register is. */
    private static @Nullable String operands(final long slot, final boolean register, final int alsoReserved) {
        return register ? first(source(slot), reserved(slot, IMM | alsoReserved)) : reserved(slot, SRC | alsoReserved);
    }

    private static @Nullable String reserved(final long slot, final int fields) {
        if ((fields & DST) != 0 && InsnSlot.dst(slot) != 0) {
            return notZero(slot, "dst", InsnSlot.dst(slot));
        }
        if ((fields & SRC) != 0 && InsnSlot.src(slot) != 0) {
            return notZero(slot, "src", InsnSlot.src(slot));
        }
        if ((fields & OFFSET) != 0 && InsnSlot.offset(slot) != 0) {
            return notZero(slot, "offset", InsnSlot.offset(slot));
        }
        if ((fields & IMM) != 0 && InsnSlot.imm(slot) != 0) {
            return notZero(slot, "imm", InsnSlot.imm(slot));
        }
        return null;
    }

    private static String notZero(final long slot, final String field, final int value) {
        return "reserved field is not zero: " + field + "=" + value + ", opcode=" + hex(slot);
    }

    private static @Nullable String source(final long slot) {
        return InsnSlot.src(slot) > FRAME_POINTER
                ? "unknown register: src=r" + InsnSlot.src(slot) + " (r0 to r10)"
                : null;
    }

    private static @Nullable String written(final int register) {
        return register == FRAME_POINTER ? "frame pointer is read-only: write to r10" : null;
    }

    private static String unknown(final long slot) {
        return "unknown opcode: opcode=" + hex(slot);
    }

    private static String hex(final long slot) {
        final String digits = Integer.toHexString(InsnSlot.opcode(slot));
        return digits.length() == 1 ? "0x0" + digits : "0x" + digits;
    }

    private static int mode(final long slot) {
        return InsnSlot.opcode(slot) & Opcode.MODE_MASK;
    }

    private static @Nullable String first(final @Nullable String one, final @Nullable String other) {
        return one != null ? one : other;
    }
}
