package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.AluOp;
import io.xdp4j.bpf.insn.Width;

/**
 * Arithmetic on what is known of numbers: the result holds what every pair of numbers can give.
 *
 * <p>Source: {@code adjust_scalar_min_max_vals()} in {@code kernel/bpf/verifier.c}, Linux 6.18; division and modulo by
 * constants are bounded here where the kernel forgets them.
 */
final class ScalarMath {

    private static final long LOW = Scalar.LOW;
    private static final long S32_MIN = Integer.MIN_VALUE;
    private static final long S32_MAX = Integer.MAX_VALUE;

    private ScalarMath() {}

    /** {@code a op b}; with 32 bits the upper half of the result is 0. */
    static Scalar alu(final AluOp op, final Width width, final Scalar a, final Scalar b) {
        if (width == Width.W64) {
            return alu64(op, a, b);
        }
        return alu32(op, a, b).zeroExtend32();
    }

    static Scalar negate(final Width width, final Scalar a) {
        return alu(AluOp.SUB, width, Scalar.ZERO, a);
    }

    static Scalar add(final Scalar a, final Scalar b) {
        final ScalarBuilder made = new ScalarBuilder().bits(a.bits.add(b.bits));
        add64(made, a, b);
        add32(made, a, b);
        return Scalar.orUnknown(made.build());
    }

    static Scalar subtract(final Scalar a, final Scalar b) {
        final ScalarBuilder made = new ScalarBuilder().bits(a.bits.subtract(b.bits));
        subtract64(made, a, b);
        subtract32(made, a, b);
        return Scalar.orUnknown(made.build());
    }

    private static Scalar alu64(final AluOp op, final Scalar a, final Scalar b) {
        return switch (op) {
            case ADD -> add(a, b);
            case SUB -> subtract(a, b);
            case MUL -> multiply(a, b);
            case AND -> and(a, b);
            case OR -> or(a, b);
            case XOR -> xor(a, b);
            case LSH, RSH, ARSH -> shift(op, a, b);
            case DIV, MOD, SDIV, SMOD -> divide(op, a, b);
        };
    }

    /** The result's lower half is right; its upper half means nothing. */
    private static Scalar alu32(final AluOp op, final Scalar a, final Scalar b) {
        return switch (op) {
            case ADD, SUB, MUL, AND, OR, XOR -> alu64(op, a, b);
            case LSH, RSH, ARSH -> shift32(op, a.zeroExtend32(), b);
            case DIV, MOD -> divide(op, a.zeroExtend32(), b.zeroExtend32());
            case SDIV, SMOD -> divide(op, a.signExtend(4), b.signExtend(4));
        };
    }

    private static void add64(final ScalarBuilder made, final Scalar a, final Scalar b) {
        final long smin = a.smin + b.smin;
        final long smax = a.smax + b.smax;
        final boolean minOver = ((a.smin ^ smin) & (b.smin ^ smin)) < 0;
        final boolean maxOver = ((a.smax ^ smax) & (b.smax ^ smax)) < 0;
        if (!minOver && !maxOver) {
            made.signed(smin, smax);
        }
        final long umin = a.umin + b.umin;
        final long umax = a.umax + b.umax;
        final boolean minWraps = Long.compareUnsigned(umin, a.umin) < 0;
        final boolean maxWraps = Long.compareUnsigned(umax, a.umax) < 0;
        if (minWraps == maxWraps) {
            made.unsigned(umin, umax);
        }
    }

    private static void add32(final ScalarBuilder made, final Scalar a, final Scalar b) {
        signed32(made, a.s32min + b.s32min, a.s32max + b.s32max);
        unsigned32(made, a.u32min + b.u32min, a.u32max + b.u32max);
    }

    private static void subtract64(final ScalarBuilder made, final Scalar a, final Scalar b) {
        final long smin = a.smin - b.smax;
        final long smax = a.smax - b.smin;
        final boolean minOver = ((a.smin ^ b.smax) & (a.smin ^ smin)) < 0;
        final boolean maxOver = ((a.smax ^ b.smin) & (a.smax ^ smax)) < 0;
        if (!minOver && !maxOver) {
            made.signed(smin, smax);
        }
        final boolean minWraps = Long.compareUnsigned(a.umin, b.umax) < 0;
        final boolean maxWraps = Long.compareUnsigned(a.umax, b.umin) < 0;
        if (minWraps == maxWraps) {
            made.unsigned(a.umin - b.umax, a.umax - b.umin);
        }
    }

    private static void subtract32(final ScalarBuilder made, final Scalar a, final Scalar b) {
        signed32(made, a.s32min - b.s32max, a.s32max - b.s32min);
        unsigned32(made, a.u32min - b.u32max, a.u32max - b.u32min);
    }

    private static void signed32(final ScalarBuilder made, final long min, final long max) {
        if (min >= S32_MIN && max <= S32_MAX) {
            made.signed32(min, max);
        }
    }

    /** Both ends wrapped equally often, or neither. */
    private static void unsigned32(final ScalarBuilder made, final long min, final long max) {
        if (min >> 32 == max >> 32) {
            made.unsigned32(min & LOW, max & LOW);
        }
    }

    private static Scalar multiply(final Scalar a, final Scalar b) {
        final ScalarBuilder made = new ScalarBuilder().bits(a.bits.multiply(b.bits));
        if (Math.unsignedMultiplyHigh(a.umax, b.umax) == 0) {
            made.unsigned(a.umin * b.umin, a.umax * b.umax);
        }
        signedProducts(made, a, b);
        if (Long.compareUnsigned(a.u32max * b.u32max, LOW) <= 0) {
            made.unsigned32(a.u32min * b.u32min, a.u32max * b.u32max);
        }
        final long p1 = a.s32min * b.s32min;
        final long p2 = a.s32min * b.s32max;
        final long p3 = a.s32max * b.s32min;
        final long p4 = a.s32max * b.s32max;
        signed32(made, min(p1, p2, p3, p4), max(p1, p2, p3, p4));
        return Scalar.orUnknown(made.build());
    }

    private static void signedProducts(final ScalarBuilder made, final Scalar a, final Scalar b) {
        if (fits(a.smin, b.smin) && fits(a.smin, b.smax) && fits(a.smax, b.smin) && fits(a.smax, b.smax)) {
            final long p1 = a.smin * b.smin;
            final long p2 = a.smin * b.smax;
            final long p3 = a.smax * b.smin;
            final long p4 = a.smax * b.smax;
            made.signed(min(p1, p2, p3, p4), max(p1, p2, p3, p4));
        }
    }

    private static boolean fits(final long a, final long b) {
        return Math.multiplyHigh(a, b) == (a * b) >> 63;
    }

    private static long min(final long a, final long b, final long c, final long d) {
        return Math.min(Math.min(a, b), Math.min(c, d));
    }

    private static long max(final long a, final long b, final long c, final long d) {
        return Math.max(Math.max(a, b), Math.max(c, d));
    }

    private static Scalar and(final Scalar a, final Scalar b) {
        final Tnum bits = a.bits.and(b.bits);
        final ScalarBuilder made = new ScalarBuilder()
                .bits(bits)
                .unsigned(bits.value(), Scalar.minUnsigned(a.umax, b.umax))
                .unsigned32(bits.value() & LOW, Math.min(a.u32max, b.u32max));
        // A mask made of a sign, x s>> 63, takes all or nothing; Linux follows the two apart.
        if (a.smin >= -1 && a.smax <= 0) {
            made.signed(Math.min(0, b.smin), Math.max(0, b.smax));
        }
        if (b.smin >= -1 && b.smax <= 0) {
            made.signed(Math.min(0, a.smin), Math.max(0, a.smax));
        }
        if (a.s32min >= -1 && a.s32max <= 0) {
            made.signed32(Math.min(0, b.s32min), Math.max(0, b.s32max));
        }
        if (b.s32min >= -1 && b.s32max <= 0) {
            made.signed32(Math.min(0, a.s32min), Math.max(0, a.s32max));
        }
        return Scalar.orUnknown(made.build());
    }

    private static Scalar or(final Scalar a, final Scalar b) {
        return Scalar.orUnknown(new ScalarBuilder()
                .bits(a.bits.or(b.bits))
                .unsigned(Scalar.maxUnsigned(a.umin, b.umin), -1)
                .unsigned32(Math.max(a.u32min, b.u32min), LOW)
                .build());
    }

    private static Scalar xor(final Scalar a, final Scalar b) {
        return Scalar.ofBits(a.bits.xor(b.bits));
    }

    private static Scalar shift(final AluOp op, final Scalar a, final Scalar b) {
        if (!b.isConstant()) {
            return op == AluOp.RSH ? Scalar.unsigned(0, a.umax) : Scalar.UNKNOWN;
        }
        final int by = (int) b.value() & 63;
        return switch (op) {
            case LSH -> {
                final ScalarBuilder made = new ScalarBuilder().bits(a.bits.shiftLeft(by));
                if (by == 0 || a.umax >>> (64 - by) == 0) {
                    made.unsigned(a.umin << by, a.umax << by);
                }
                if (a.smax << by >> by == a.smax && a.smin << by >> by == a.smin) {
                    made.signed(a.smin << by, a.smax << by);
                }
                yield Scalar.orUnknown(made.build());
            }
            case RSH ->
                Scalar.orUnknown(new ScalarBuilder()
                        .bits(a.bits.shiftRight(by))
                        .unsigned(a.umin >>> by, a.umax >>> by)
                        .build());
            default ->
                Scalar.orUnknown(new ScalarBuilder()
                        .bits(a.bits.shiftRightSigned(by))
                        .signed(a.smin >> by, a.smax >> by)
                        .build());
        };
    }

    /** {@code a} is zero-extended. */
    private static Scalar shift32(final AluOp op, final Scalar a, final Scalar b) {
        if (!b.isConstant()) {
            return op == AluOp.RSH ? Scalar.unsigned(0, a.umax) : Scalar.UNKNOWN;
        }
        final Scalar by = Scalar.constant(b.value() & 31);
        return op == AluOp.ARSH ? shift(op, a.signExtend(4), by) : shift(op, a, by);
    }

    private static Scalar divide(final AluOp op, final Scalar a, final Scalar b) {
        if (!b.isConstant()) {
            return Scalar.UNKNOWN;
        }
        final long by = b.value();
        return switch (op) {
            case DIV -> divideUnsigned(a, by);
            case MOD -> moduloUnsigned(a, by);
            case SDIV -> divideSigned(a, by);
            default -> moduloSigned(a, by);
        };
    }

    private static Scalar divideUnsigned(final Scalar a, final long by) {
        return by == 0
                ? Scalar.ZERO
                : Scalar.unsigned(Long.divideUnsigned(a.umin, by), Long.divideUnsigned(a.umax, by));
    }

    private static Scalar moduloUnsigned(final Scalar a, final long by) {
        if (by == 0 || Long.compareUnsigned(a.umax, by) < 0) {
            return a;
        }
        return a.isConstant()
                ? Scalar.constant(Long.remainderUnsigned(a.value(), by))
                : Scalar.unsigned(0, Scalar.minUnsigned(a.umax, by - 1));
    }

    private static Scalar divideSigned(final Scalar a, final long by) {
        if (by == 0) {
            return Scalar.ZERO;
        }
        if (by == -1) {
            return subtract(Scalar.ZERO, a);
        }
        final long low = a.smin / by;
        final long high = a.smax / by;
        return Scalar.signed(Math.min(low, high), Math.max(low, high));
    }

    /** The remainder has the dividend's sign, and is smaller than the divisor. */
    private static Scalar moduloSigned(final Scalar a, final long by) {
        if (by == 0) {
            return a;
        }
        if (a.isConstant()) {
            return Scalar.constant(by == -1 ? 0 : a.value() % by);
        }
        if (by == Long.MIN_VALUE) {
            return Scalar.UNKNOWN;
        }
        final long most = Math.abs(by) - 1;
        return Scalar.signed(a.smin >= 0 ? 0 : Math.max(-most, a.smin), a.smax <= 0 ? 0 : Math.min(most, a.smax));
    }
}
