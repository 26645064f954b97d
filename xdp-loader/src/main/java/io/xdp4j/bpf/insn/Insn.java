package io.xdp4j.bpf.insn;

/**
 * One instruction, taken apart. Registers are 0 to 10; jump offsets count slots from the slot after the instruction's
 * first; memory offsets are bytes, -32768 to 32767.
 *
 * <p>The type is closed, so a switch over it needs no default. {@link Decoder} makes instructions out of slots and
 * checks them; {@link Encoder} goes the other way. Source: RFC 9669; what came after it, from Linux 6.18.
 */
public sealed interface Insn {

    /** {@code dst op= source}. */
    record Alu(AluOp op, Width width, int dst, Operand source) implements Insn {
        @Override
        public Form form() {
            return Form.ALU;
        }
    }

    /** {@code dst = source}. */
    record Move(Width width, int dst, Operand source) implements Insn {
        @Override
        public Form form() {
            return Form.MOVE;
        }
    }

    /** {@code dst = (s8)src}: the lower 8, 16 or (64 bits wide) 32 bits, sign-extended to the width. */
    record MoveSigned(Width width, int dst, int src, int bits) implements Insn {
        @Override
        public Form form() {
            return Form.MOVE_SIGNED;
        }
    }

    /** {@code dst = -dst}. */
    record Negate(Width width, int dst) implements Insn {
        @Override
        public Form form() {
            return Form.NEGATE;
        }
    }

    /** {@code dst = be16 dst}: the lower 16, 32 or 64 bits, zero-extended. */
    record SwapBytes(ByteOrderOp op, int dst, int bits) implements Insn {
        @Override
        public Form form() {
            return Form.SWAP_BYTES;
        }
    }

    /** Between address space 0 and an arena's, 1: one of the two is 0, the other 1. Not in the RFC. */
    record AddressSpaceCast(int dst, int src, int toSpace, int fromSpace) implements Insn {
        @Override
        public Form form() {
            return Form.ADDRESS_SPACE_CAST;
        }
    }

    /**
     * Two slots: a 64-bit number, or a reference to a map, a variable or a function.
     *
     * @param low lower half, or the file descriptor, index, id or function offset
     * @param high upper half, or the offset into a map value, or the file descriptor of a module's BTF
     */
    record LoadImm64(int dst, Pseudo kind, int low, int high) implements Insn {
        @Override
        public Form form() {
            return Form.LOAD_IMM64;
        }

        /** Both halves as one number. */
        public long value() {
            return (low & 0xffff_ffffL) | (long) high << 32;
        }
    }

    /** {@code dst = *(size *)(base + offset)}, sign-extended to 64 bits if {@code signed}, else zero-extended. */
    record Load(Size size, boolean signed, int dst, int base, int offset) implements Insn {
        @Override
        public Form form() {
            return Form.LOAD;
        }
    }

    /** {@code *(size *)(base + offset) = source}; a number is sign-extended. */
    record Store(Size size, int base, int offset, Operand source) implements Insn {
        @Override
        public Form form() {
            return Form.STORE;
        }
    }

    /** An atomic operation on {@code base + offset}; {@code src} (r0 for CMPXCHG) gets the old value if {@code fetch}. */
    record Atomic(AtomicOp op, boolean fetch, Width width, int base, int offset, int src) implements Insn {
        @Override
        public Form form() {
            return Form.ATOMIC;
        }
    }

    /** A load that no later access overtakes. Linux 6.15. */
    record LoadAcquire(Size size, int dst, int base, int offset) implements Insn {
        @Override
        public Form form() {
            return Form.LOAD_ACQUIRE;
        }
    }

    /** A store that overtakes no earlier access. Linux 6.15. */
    record StoreRelease(Size size, int base, int offset, int src) implements Insn {
        @Override
        public Form form() {
            return Form.STORE_RELEASE;
        }
    }

    /** Jumps always; {@code wide} has a 32-bit offset. */
    record Jump(int offset, boolean wide) implements Insn {
        @Override
        public Form form() {
            return Form.JUMP;
        }
    }

    /** Jumps, or not, as the engine likes; it must jump in the end. Not in the RFC. */
    record MayGoto(int offset) implements Insn {
        @Override
        public Form form() {
            return Form.MAY_GOTO;
        }
    }

    /** Jumps if the comparison holds. */
    record JumpIf(Condition condition, Width width, int dst, Operand source, int offset) implements Insn {
        @Override
        public Form form() {
            return Form.JUMP_IF;
        }
    }

    /** Calls a helper by number: arguments in r1 to r5, result in r0. */
    record HelperCall(int id) implements Insn {
        @Override
        public Form form() {
            return Form.HELPER_CALL;
        }
    }

    /** Calls a function of the same program. */
    record FunctionCall(int offset) implements Insn {
        @Override
        public Form form() {
            return Form.FUNCTION_CALL;
        }
    }

    /** Calls a kernel function by BTF id; {@code fdIndex} picks a module's BTF, 0 is the kernel's own. */
    record KfuncCall(int btfId, int fdIndex) implements Insn {
        @Override
        public Form form() {
            return Form.KFUNC_CALL;
        }
    }

    /** Calls the function whose address is in a register. */
    record RegisterCall(int register) implements Insn {
        @Override
        public Form form() {
            return Form.REGISTER_CALL;
        }
    }

    /** Returns r0 to the caller. */
    record Exit() implements Insn {
        @Override
        public Form form() {
            return Form.EXIT;
        }
    }

    /** Packet access of classic BPF, deprecated: {@code r0 = *(size *)skb[src + imm]}; no src unless indirect. */
    record LegacyPacketLoad(Size size, boolean indirect, int src, int imm) implements Insn {
        @Override
        public Form form() {
            return Form.LEGACY_PACKET_LOAD;
        }
    }

    /** Which of the records it is: for code that runs so briefly that linking a pattern switch would take longer. */
    Form form();

    /** One for each record. */
    enum Form {
        ALU,
        MOVE,
        MOVE_SIGNED,
        NEGATE,
        SWAP_BYTES,
        ADDRESS_SPACE_CAST,
        LOAD_IMM64,
        LOAD,
        STORE,
        ATOMIC,
        LOAD_ACQUIRE,
        STORE_RELEASE,
        JUMP,
        MAY_GOTO,
        JUMP_IF,
        HELPER_CALL,
        FUNCTION_CALL,
        KFUNC_CALL,
        REGISTER_CALL,
        EXIT,
        LEGACY_PACKET_LOAD
    }

    /** How many slots the instruction takes. */
    default int slots() {
        return form() == Form.LOAD_IMM64 ? 2 : 1;
    }

    /** The conformance group that it belongs to. */
    default ConformanceGroup group() {
        return ConformanceGroup.of(this);
    }
}
