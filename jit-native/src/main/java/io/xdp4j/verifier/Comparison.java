package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Condition;
import io.xdp4j.bpf.insn.Width;
import org.jspecify.annotations.Nullable;

/**
 * What a conditional jump tells of the two numbers that it compares.
 *
 * <p>Source: {@code is_scalar_branch_taken()}, {@code regs_refine_cond_op()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 *
 * @param condition what is compared
 * @param width of which halves
 */
record Comparison(Condition condition, Width width) {

    private static final long LOW = Scalar.LOW;

    /** Two numbers after the jump; either is null if no number is left: the branch is never taken. */
    record Refined(@Nullable Scalar a, @Nullable Scalar b) {}

    /** Whether the jump is taken for all numbers (1), for none (0), or for some (-1). */
    int outcome(final Scalar a, final Scalar b) {
        final boolean wide = width == Width.W64;
        return switch (condition) {
            case EQ -> equality(a, b);
            case NE -> {
                final int equal = equality(a, b);
                yield equal < 0 ? -1 : 1 - equal;
            }
            case SET -> common(a, b);
            case GT -> wide ? less(b.umin, b.umax, a.umin, a.umax) : lessLow(b.u32min, b.u32max, a.u32min, a.u32max);
            case LT -> wide ? less(a.umin, a.umax, b.umin, b.umax) : lessLow(a.u32min, a.u32max, b.u32min, b.u32max);
            case GE ->
                not(wide ? less(a.umin, a.umax, b.umin, b.umax) : lessLow(a.u32min, a.u32max, b.u32min, b.u32max));
            case LE ->
                not(wide ? less(b.umin, b.umax, a.umin, a.umax) : lessLow(b.u32min, b.u32max, a.u32min, a.u32max));
            case SGT ->
                wide ? lessLow(b.smin, b.smax, a.smin, a.smax) : lessLow(b.s32min, b.s32max, a.s32min, a.s32max);
            case SLT ->
                wide ? lessLow(a.smin, a.smax, b.smin, b.smax) : lessLow(a.s32min, a.s32max, b.s32min, b.s32max);
            case SGE ->
                not(wide ? lessLow(a.smin, a.smax, b.smin, b.smax) : lessLow(a.s32min, a.s32max, b.s32min, b.s32max));
            case SLE ->
                not(wide ? lessLow(b.smin, b.smax, a.smin, a.smax) : lessLow(b.s32min, b.s32max, a.s32min, a.s32max));
        };
    }

    private static int not(final int outcome) {
        return outcome < 0 ? -1 : 1 - outcome;
    }

    private static int less(final long amin, final long amax, final long bmin, final long bmax) {
        if (Long.compareUnsigned(amax, bmin) < 0) {
            return 1;
        }
        return Long.compareUnsigned(amin, bmax) >= 0 ? 0 : -1;
    }

    private static int lessLow(final long amin, final long amax, final long bmin, final long bmax) {
        if (amax < bmin) {
            return 1;
        }
        return amin >= bmax ? 0 : -1;
    }

    private int equality(final Scalar a, final Scalar b) {
        final Tnum x = width == Width.W64 ? a.bits : a.bits.low();
        final Tnum y = width == Width.W64 ? b.bits : b.bits.low();
        if (x.isConstant() && y.isConstant()) {
            return x.value() == y.value() ? 1 : 0;
        }
        if (x.contradicts(y)) {
            return 0;
        }
        if (width == Width.W32) {
            return a.u32min > b.u32max || a.u32max < b.u32min || a.s32min > b.s32max || a.s32max < b.s32min ? 0 : -1;
        }
        final boolean apart = Long.compareUnsigned(a.umin, b.umax) > 0
                || Long.compareUnsigned(a.umax, b.umin) < 0
                || a.smin > b.smax
                || a.smax < b.smin;
        return apart ? 0 : -1;
    }

    private int common(final Scalar a, final Scalar b) {
        final long bits = width == Width.W64 ? -1 : LOW;
        if ((a.bits.value() & b.bits.value() & bits) != 0) {
            return 1;
        }
        final long possible = (a.bits.value() | a.bits.mask()) & (b.bits.value() | b.bits.mask()) & bits;
        return possible == 0 ? 0 : -1;
    }

    /** What is known of both numbers where the jump is taken, or where it is not. */
    Refined refine(final Scalar a, final Scalar b, final boolean taken) {
        final ScalarBuilder x = new ScalarBuilder(a);
        final ScalarBuilder y = new ScalarBuilder(b);
        switch (taken ? condition : inverse()) {
            case EQ -> {
                equal(x, b);
                equal(y, a);
            }
            case NE -> {
                if (condition == Condition.SET) {
                    noneCommon(x, b);
                    noneCommon(y, a);
                } else {
                    differ(x, a, b);
                    differ(y, b, a);
                }
            }
            case SET -> {
                someCommon(x, b);
                someCommon(y, a);
            }
            case LT -> less(x, y, a, b, 1);
            case LE -> less(x, y, a, b, 0);
            case GT -> less(y, x, b, a, 1);
            case GE -> less(y, x, b, a, 0);
            case SLT -> lessSigned(x, y, a, b, 1);
            case SLE -> lessSigned(x, y, a, b, 0);
            case SGT -> lessSigned(y, x, b, a, 1);
            case SGE -> lessSigned(y, x, b, a, 0);
        }
        // nothing is learnt of a constant
        return new Refined(a.isConstant() ? a : x.build(), b.isConstant() ? b : y.build());
    }

    /** The condition that holds where this one does not; NE stands for "no common bit" where this one is SET. */
    private Condition inverse() {
        return switch (condition) {
            case EQ, SET -> Condition.NE;
            case NE -> Condition.EQ;
            case GT -> Condition.LE;
            case GE -> Condition.LT;
            case LT -> Condition.GE;
            case LE -> Condition.GT;
            case SGT -> Condition.SLE;
            case SGE -> Condition.SLT;
            case SLT -> Condition.SGE;
            case SLE -> Condition.SGT;
        };
    }

    private void equal(final ScalarBuilder x, final Scalar other) {
        x.low(other.s32min, other.s32max, other.u32min, other.u32max);
        if (width == Width.W64) {
            x.bits(other.bits).signed(other.smin, other.smax).unsigned(other.umin, other.umax);
        } else {
            x.bits(new Tnum(other.bits.value() & LOW, other.bits.mask() | ~LOW));
        }
    }

    /** A number at either end of the range is cut off. */
    private void differ(final ScalarBuilder x, final Scalar a, final Scalar other) {
        if (width == Width.W32) {
            if (other.bits.low().isConstant()) {
                differLow(x, a, other.u32min);
            }
            return;
        }
        if (!other.isConstant()) {
            return;
        }
        final long number = other.value();
        if (a.umin == number && number != -1) {
            x.unsigned(number + 1, -1);
        }
        if (a.umax == number && number != 0) {
            x.unsigned(0, number - 1);
        }
        if (a.smin == number && number != Long.MAX_VALUE) {
            x.signed(number + 1, Long.MAX_VALUE);
        }
        if (a.smax == number && number != Long.MIN_VALUE) {
            x.signed(Long.MIN_VALUE, number - 1);
        }
    }

    private static void differLow(final ScalarBuilder x, final Scalar a, final long number) {
        if (a.u32min == number) {
            x.unsigned32(number + 1, LOW);
        }
        if (a.u32max == number) {
            x.unsigned32(0, number - 1);
        }
        final int signed = (int) number;
        if (a.s32min == signed) {
            x.signed32(signed + 1L, Integer.MAX_VALUE);
        }
        if (a.s32max == signed) {
            x.signed32(Integer.MIN_VALUE, signed - 1L);
        }
    }

    /** A single bit that is common is set. */
    private void someCommon(final ScalarBuilder x, final Scalar other) {
        final Tnum mask = width == Width.W64 ? other.bits : other.bits.low();
        if (mask.isConstant() && Long.bitCount(mask.value()) == 1) {
            x.bits(new Tnum(mask.value(), ~mask.value()));
        }
    }

    /** Bits that are set in one are not set in the other. */
    private void noneCommon(final ScalarBuilder x, final Scalar other) {
        final long known = other.bits.value() & (width == Width.W64 ? -1 : LOW);
        x.bits(new Tnum(0, ~known));
    }

    private void less(final ScalarBuilder x, final ScalarBuilder y, final Scalar a, final Scalar b, final int strict) {
        if (width == Width.W32) {
            x.unsigned32(0, b.u32max - strict);
            y.unsigned32(a.u32min + strict, LOW);
            return;
        }
        if (b.umax != 0 || strict == 0) {
            x.unsigned(0, b.umax - strict);
        }
        if (a.umin != -1 || strict == 0) {
            y.unsigned(a.umin + strict, -1);
        }
    }

    private void lessSigned(
            final ScalarBuilder x, final ScalarBuilder y, final Scalar a, final Scalar b, final int strict) {
        if (width == Width.W32) {
            x.signed32(Integer.MIN_VALUE, b.s32max - strict);
            y.signed32(a.s32min + strict, Integer.MAX_VALUE);
            return;
        }
        if (b.smax != Long.MIN_VALUE || strict == 0) {
            x.signed(Long.MIN_VALUE, b.smax - strict);
        }
        if (a.smin != Long.MAX_VALUE || strict == 0) {
            y.signed(a.smin + strict, Long.MAX_VALUE);
        }
    }
}
