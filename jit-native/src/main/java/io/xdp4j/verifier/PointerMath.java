package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.AluOp;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.bpf.insn.Width;

/**
 * Moves and arithmetic, on numbers and on pointers.
 *
 * <p>Source: {@code adjust_reg_min_max_vals()}, {@code adjust_ptr_min_max_vals()} in {@code kernel/bpf/verifier.c}, Linux
 * 6.18.
 */
final class PointerMath {

    /** Bytes that a pointer may be moved by at most: {@code BPF_MAX_VAR_OFF}. */
    static final long MAX_OFFSET = 1L << 29;

    private final Proof proof;

    PointerMath(final Proof proof) {
        this.proof = proof;
    }

    void move(final Insn.Move move) {
        if (!(move.source() instanceof final Operand.Register source)) {
            final int number = ((Operand.Immediate) move.source()).value();
            proof.write(move.dst(), Reg.constant(move.width() == Width.W32 ? number & Scalar.LOW : number));
            return;
        }
        final Reg from = proof.read(source.number());
        if (move.width() == Width.W64) {
            proof.write(move.dst(), linkable(source.number(), from));
        } else if (!from.isScalar()) {
            // the lower half of an address is just a number
            proof.write(move.dst(), Reg.scalar(Scalar.ofSize(4)));
        } else if (from.scalar.fits(4)) {
            proof.write(move.dst(), linkable(source.number(), from));
        } else {
            proof.write(move.dst(), Reg.scalar(from.scalar.zeroExtend32()));
        }
    }

    void move(final Insn.MoveSigned move) {
        final Reg from = proof.read(move.src());
        if (!from.isScalar()) {
            proof.write(move.dst(), Reg.UNKNOWN);
            return;
        }
        final Scalar extended = from.scalar.truncate(move.bits() / 8).signExtend(move.bits() / 8);
        if (move.width() == Width.W32) {
            proof.write(move.dst(), Reg.scalar(extended.zeroExtend32()));
        } else if (extended.same(from.scalar)) {
            proof.write(move.dst(), linkable(move.src(), from));
        } else {
            proof.write(move.dst(), Reg.scalar(extended));
        }
    }

    /** A number that is not constant gets an id when it is copied, so that both copies learn together. */
    private Reg linkable(final int register, final Reg from) {
        if (!from.isScalar() || from.id != 0 || from.scalar.isConstant()) {
            return from;
        }
        final Reg linked = from.withId(proof.newId());
        proof.state.top().regs[register] = linked;
        return linked;
    }

    void negate(final Insn.Negate negate) {
        final Reg reg = proof.read(negate.dst());
        proof.write(
                negate.dst(),
                reg.isScalar()
                        ? Reg.scalar(ScalarMath.negate(negate.width(), reg.scalar))
                        : prohibited(negate.dst(), reg, "-"));
    }

    void swap(final Insn.SwapBytes swap) {
        final Reg reg = proof.read(swap.dst());
        if (!reg.isScalar()) {
            prohibited(swap.dst(), reg, swap.op().word());
        }
        proof.write(swap.dst(), Reg.scalar(swapped(swap, reg.scalar)));
    }

    static Scalar swapped(final Insn.SwapBytes swap, final Scalar from) {
        final int bytes = swap.bits() / 8;
        final Scalar cut = from.truncate(bytes);
        if (swap.op() == io.xdp4j.bpf.insn.ByteOrderOp.LITTLE) {
            return cut;
        }
        final int shift = 64 - swap.bits();
        return Scalar.ofBits(new Tnum(
                Long.reverseBytes(cut.bits.value()) >>> shift,
                bytes == 8 ? Long.reverseBytes(cut.bits.mask()) : Long.reverseBytes(cut.bits.mask()) >>> shift));
    }

    void alu(final Insn.Alu alu) {
        final Reg a = proof.read(alu.dst());
        final Reg b = proof.read(alu.source());
        if (a.isScalar() && b.isScalar()) {
            proof.write(alu.dst(), numbers(alu, a, b));
        } else if (alu.dst() == 10) {
            proof.write(10, a);
        } else if ((alu.width() == Width.W32 && alu.op() == AluOp.SUB) || (a.isPointer() && b.isPointer())) {
            pointers(alu, a, b);
        } else if (alu.width() == Width.W32) {
            throw proof.refuse(
                    Rule.POINTER_ARITHMETIC,
                    "r" + alu.dst() + " is changed with 32-bit arithmetic, but r"
                            + (a.isPointer() ? alu.dst() : number(alu.source())) + " is "
                            + (a.isPointer() ? a : b).type.words + ": use the 64-bit form");
        } else if (a.isPointer()) {
            proof.precise(alu.source());
            proof.write(alu.dst(), pointer(alu, alu.dst(), a, b.scalar));
        } else {
            proof.precise(alu.dst());
            if (alu.op() != AluOp.ADD) {
                throw proof.refuse(
                        Rule.POINTER_ARITHMETIC,
                        "a number and a pointer allow only +=, not " + alu.op().symbol() + ": r" + number(alu.source())
                                + " is " + b.type.words);
            }
            proof.write(alu.dst(), pointer(alu, number(alu.source()), b, a.scalar));
        }
    }

    private static int number(final Operand operand) {
        return operand instanceof final Operand.Register register ? register.number() : -1;
    }

    private static Reg numbers(final Insn.Alu alu, final Reg a, final Reg b) {
        final Scalar result = ScalarMath.alu(alu.op(), alu.width(), a.scalar, b.scalar);
        if (a.id == 0 || !b.scalar.isConstant() || (alu.op() != AluOp.ADD && alu.op() != AluOp.SUB)) {
            return Reg.scalar(result);
        }
        final long distance = alu.op() == AluOp.ADD ? a.offset + b.scalar.value() : a.offset - b.scalar.value();
        if (alu.width() == Width.W32 || a.is(Reg.LINKED_LOW)) {
            return linked(a, result, (int) distance, Reg.LINKED_BY_OFFSET | Reg.LINKED_LOW);
        }
        if (distance == (int) distance) {
            return linked(a, result, (int) distance, distance == 0 ? 0 : Reg.LINKED_BY_OFFSET);
        }
        return Reg.scalar(result);
    }

    private static Reg linked(final Reg from, final Scalar result, final int distance, final int flags) {
        return new Reg(RegType.SCALAR, flags, result, distance, from.id, 0, 0, null, 0);
    }

    /** Two pointers: only their distance means anything. */
    private void pointers(final Insn.Alu alu, final Reg a, final Reg b) {
        if (alu.op() != AluOp.SUB) {
            throw proof.refuse(
                    Rule.POINTER_ARITHMETIC,
                    "two pointers allow only -=, not " + alu.op().symbol() + ": r" + alu.dst() + " is " + a.type.words
                            + ", r" + number(alu.source()) + " is " + b.type.words);
        }
        proof.write(alu.dst(), alu.width() == Width.W32 ? Reg.scalar(Scalar.ofSize(4)) : Reg.UNKNOWN);
    }

    private Reg prohibited(final int register, final Reg reg, final String op) {
        throw proof.refuse(
                Rule.POINTER_ARITHMETIC,
                "r" + register + " is " + reg.type.words + ", which allows no " + op + " (only += and -= of a number)");
    }

    private Reg pointer(final Insn.Alu alu, final int register, final Reg base, final Scalar by) {
        final AluOp op = alu.op();
        check(op, register, base, by);
        if (op == AluOp.SUB && base.type == RegType.STACK) {
            throw proof.refuse(
                    Rule.POINTER_ARITHMETIC,
                    "r" + register + " is a stack pointer, which allows no -=: add the negative number");
        }
        sane(by, register, "");
        if (by.isConstant()) {
            final long moved = op == AluOp.ADD ? base.offset + by.value() : base.offset - by.value();
            if (isSmall(moved)) {
                // what lies at or past the end does so no longer once it is moved back
                return (moved < base.offset ? base.withoutEnd() : base).withOffset((int) moved);
            }
        }
        final Scalar variable =
                op == AluOp.ADD ? ScalarMath.add(base.scalar, by) : ScalarMath.subtract(base.scalar, by);
        Reg result = base.withScalar(variable);
        if (base.isPacket()) {
            result = result.withId(proof.newId());
            result = op == AluOp.ADD || by.smin < 0 ? result.withRange(0) : result.withoutEnd();
        }
        sane(variable, register, ", all in all,");
        return result;
    }

    private void check(final AluOp op, final int register, final Reg base, final Scalar by) {
        if (base.is(Reg.NULLABLE)) {
            throw proof.refuse(
                    Rule.NULL_POINTER,
                    "r" + register + " is moved, but it may be null: compare it with 0 first (it is " + base + ")");
        }
        final boolean allowed = op == AluOp.ADD || op == AluOp.SUB;
        switch (base.type) {
            case MAP, FUNC, OBJECT, PACKET_END, DYNPTR -> {
                if (op != AluOp.ADD || !by.isConstant(0) || base.type == RegType.PACKET_END) {
                    throw proof.refuse(
                            Rule.POINTER_ARITHMETIC,
                            "r" + register + " is " + base.type.words + ", which allows no arithmetic");
                }
            }
            default -> {
                if (!allowed) {
                    prohibited(register, base, op.symbol());
                }
            }
        }
    }

    /** Not by the absolute value: that of the least number is negative. */
    private static boolean isSmall(final long distance) {
        return distance > -MAX_OFFSET && distance < MAX_OFFSET;
    }

    private void sane(final Scalar by, final int register, final String how) {
        if (!isSmall(by.smin)) {
            throw proof.refuse(
                    Rule.POINTER_ARITHMETIC,
                    "r" + register + " is moved" + how + " by "
                            + (by.isConstant()
                                    ? ""
                                    : by.smin < 0 ? "a number that may be as low as " : "a number that is at least ")
                            + by.smin + " (limit -+2^29: bound it first)");
        }
    }
}
