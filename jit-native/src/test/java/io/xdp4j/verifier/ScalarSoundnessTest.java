package io.xdp4j.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.insn.AluOp;
import io.xdp4j.bpf.insn.ByteOrderOp;
import io.xdp4j.bpf.insn.Condition;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Width;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * What is known of numbers holds: small sets of them, crowded where bounds lie, are put through every operation and
 * comparison one by one, and everything that comes out has to be in what is known of the result. Results are used again, so
 * that what is known has all shapes. {@code -Dscalar.rounds=N} makes more of them.
 */
class ScalarSoundnessTest {

    private static final int ROUNDS = Integer.getInteger("scalar.rounds", 8_000);
    private static final int STEPS = 5;
    private static final int MOST = 30;
    private static final long LOW = 0xffff_ffffL;
    private static final long[] CENTRES = {
        0,
        1,
        -1,
        16,
        255,
        65_535,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        LOW,
        1L << 32,
        -1L << 32,
        0x1_7fff_ffffL,
        0x1_8000_0000L,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private final SplittableRandom random = new SplittableRandom(3);
    private long checks;

    /** Numbers, and what is known of them. */
    private record Known(long[] numbers, Scalar scalar) {}

    @Test
    void everyResultIsInWhatIsKnown() {
        for (int i = 0; i < ROUNDS; i++) {
            Known a = random();
            for (int step = 0; step < STEPS; step++) {
                a = random.nextInt(3) == 0
                        ? compare(a, random())
                        : random.nextInt(4) == 0 ? unary(a) : alu(a, random());
            }
        }
        assertThat(checks).isGreaterThan(5_000_000L * ROUNDS / 8_000);
    }

    private Known random() {
        final int clusters = 1 + random.nextInt(3);
        final long[] centres = new long[clusters];
        for (int i = 0; i < clusters; i++) {
            centres[i] = random.nextInt(4) == 0 ? random.nextLong() : CENTRES[random.nextInt(CENTRES.length)];
        }
        final long[] numbers = new long[random.nextInt(8) == 0 ? 1 : 8 + random.nextInt(MOST - 7)];
        final int width = 1 << random.nextInt(8);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = centres[random.nextInt(clusters)] + random.nextInt(width) - width / 2;
        }
        return of(numbers);
    }

    private Known of(final long[] numbers) {
        Scalar known = Scalar.constant(numbers[0]);
        for (final long number : numbers) {
            known = known.join(Scalar.constant(number));
        }
        final Scalar deduced = new ScalarBuilder(known).build();
        return random.nextBoolean() ? check("join", numbers, known) : check("build", numbers, deduced);
    }

    private Known check(
            final String what, final long[] numbers, final @org.jspecify.annotations.Nullable Scalar known) {
        for (final long number : numbers) {
            checks++;
            if (known == null || !known.includes(number)) {
                throw new AssertionError(
                        what + ": 0x" + Long.toHexString(number) + " (" + number + ") is not in " + known);
            }
        }
        return new Known(numbers, java.util.Objects.requireNonNull(known));
    }

    /** Every number of one with every number of the other; a few results go on. */
    private Known alu(final Known a, final Known b) {
        final AluOp op = AluOp.values()[random.nextInt(AluOp.values().length)];
        final Width width = random.nextBoolean() ? Width.W64 : Width.W32;
        final Scalar known = ScalarMath.alu(op, width, a.scalar, b.scalar);
        final long[] kept = new long[Math.min(MOST, a.numbers.length * b.numbers.length)];
        int count = 0;
        for (final long x : a.numbers) {
            for (final long y : b.numbers) {
                final long result = run(op, width, x, y);
                checks++;
                if (!known.includes(result)) {
                    throw new AssertionError(x + " " + op + " " + width + " " + y + " = " + result + " is not in "
                            + known + ": " + a.scalar + " and " + b.scalar);
                }
                final int at = count++ < kept.length ? count - 1 : random.nextInt(count);
                if (at < kept.length) {
                    kept[at] = result;
                }
            }
        }
        return new Known(kept, known);
    }

    private static long run(final AluOp op, final Width width, final long a, final long b) {
        if (width == Width.W64) {
            return run64(op, a, b, 63);
        }
        final boolean signed = op == AluOp.SDIV || op == AluOp.SMOD || op == AluOp.ARSH;
        return run64(op, signed ? (int) a : a & LOW, signed ? (int) b : b & LOW, 31) & LOW;
    }

    private static long run64(final AluOp op, final long a, final long b, final int count) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case LSH -> a << (b & count);
            case RSH -> a >>> (b & count);
            case ARSH -> a >> (b & count);
            case DIV -> b == 0 ? 0 : Long.divideUnsigned(a, b);
            case MOD -> b == 0 ? a : Long.remainderUnsigned(a, b);
            case SDIV -> b == 0 ? 0 : a / b;
            case SMOD -> b == 0 ? a : a % b;
        };
    }

    private Known unary(final Known a) {
        final int size = 1 << random.nextInt(4);
        final int shift = 64 - size * 8;
        return switch (random.nextInt(5)) {
            case 0 -> {
                final Width width = random.nextBoolean() ? Width.W64 : Width.W32;
                yield map("negate", a, ScalarMath.negate(width, a.scalar), x -> width == Width.W64 ? -x : (-x & LOW));
            }
            case 1 -> map("truncate", a, a.scalar.truncate(size), x -> x << shift >>> shift);
            case 2 -> map("extend", a, a.scalar.signExtend(size), x -> x << shift >> shift);
            case 3 -> map("low", a, a.scalar.zeroExtend32(), x -> x & LOW);
            default -> {
                final int bits = 16 << random.nextInt(3);
                final Scalar known = PointerMath.swapped(new Insn.SwapBytes(ByteOrderOp.BIG, 0, bits), a.scalar);
                yield map("swap", a, known, x -> Long.reverseBytes(x) >>> (64 - bits));
            }
        };
    }

    private Known map(
            final String what, final Known a, final Scalar known, final java.util.function.LongUnaryOperator operator) {
        final long[] results = a.numbers.clone();
        java.util.Arrays.setAll(results, i -> operator.applyAsLong(results[i]));
        return check(what + " of " + a.scalar, results, known);
    }

    /** Both ways of a comparison: its outcome, and what is learnt; one of the ways goes on. */
    private Known compare(final Known a, final Known b) {
        final Condition condition = Condition.values()[random.nextInt(Condition.values().length)];
        final Comparison comparison = new Comparison(condition, random.nextBoolean() ? Width.W64 : Width.W32);
        final int outcome = comparison.outcome(a.scalar, b.scalar);
        final boolean keep = random.nextBoolean();
        long[] kept = new long[MOST];
        int count = 0;
        final Comparison.Refined taken = comparison.refine(a.scalar, b.scalar, true);
        final Comparison.Refined falls = comparison.refine(a.scalar, b.scalar, false);
        for (final long x : a.numbers) {
            for (final long y : b.numbers) {
                checks++;
                final boolean holds = holds(condition, comparison.width(), x, y);
                final Comparison.Refined refined = holds ? taken : falls;
                final Scalar first = refined.a();
                final Scalar second = refined.b();
                if ((outcome >= 0 && outcome != (holds ? 1 : 0))
                        || first == null
                        || second == null
                        || !first.includes(x)
                        || !second.includes(y)) {
                    throw new AssertionError(comparison + ": " + x + " and " + y + ", holds=" + holds + ", outcome="
                            + outcome + ", " + refined + ": " + a.scalar + " and " + b.scalar);
                }
                if (holds == keep && count < kept.length) {
                    kept[count++] = x;
                }
            }
        }
        kept = java.util.Arrays.copyOf(kept, count);
        final Scalar left = keep ? taken.a() : falls.a();
        return count == 0 || left == null ? a : new Known(kept, left);
    }

    private static boolean holds(final Condition condition, final Width width, final long a, final long b) {
        final long x = width == Width.W64 ? a : (int) a;
        final long y = width == Width.W64 ? b : (int) b;
        return switch (condition) {
            case EQ -> x == y;
            case NE -> x != y;
            case SET -> (x & y) != 0;
            case GT -> Long.compareUnsigned(x, y) > 0;
            case GE -> Long.compareUnsigned(x, y) >= 0;
            case LT -> Long.compareUnsigned(x, y) < 0;
            case LE -> Long.compareUnsigned(x, y) <= 0;
            case SGT -> x > y;
            case SGE -> x >= y;
            case SLT -> x < y;
            case SLE -> x <= y;
        };
    }
}
