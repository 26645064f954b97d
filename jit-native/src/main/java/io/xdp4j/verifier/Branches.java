package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Condition;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.bpf.insn.Width;

/**
 * Conditional jumps: which way they go, and what is learnt on each.
 *
 * <p>Source: {@code check_cond_jmp_op()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Branches {

    private final Proof proof;

    Branches(final Proof proof) {
        this.proof = proof;
    }

    void run(final Insn.MayGoto jump) {
        final int pc = proof.pc();
        final State falls = proof.fork(pc + 1);
        falls.mayGotoDepth++;
        proof.state.pc = Code.jumpTarget(pc, jump);
        Widening.previous(proof.state).widen(falls);
    }

    boolean run(final Insn.JumpIf jump) {
        final int pc = proof.pc();
        final int target = Code.jumpTarget(pc, jump);
        final Reg a = proof.read(jump.dst());
        final Reg b = proof.read(jump.source());
        final Comparison comparison = new Comparison(jump.condition(), jump.width());
        final int outcome = outcome(jump, comparison, a, b);
        if (outcome >= 0) {
            if (a.isScalar() && b.isScalar()) {
                proof.precise(jump.dst());
                proof.precise(jump.source());
            }
            proof.facts.branch(pc, outcome == 1);
            proof.state.pc = outcome == 1 ? target : pc + 1;
            return true;
        }
        proof.facts.branch(pc, true);
        proof.facts.branch(pc, false);
        if (a.isScalar() && b.isScalar()) {
            numbers(jump, comparison, a, b, target);
        } else {
            pointers(jump, a, b, target);
        }
        proof.state.pc = pc + 1;
        return true;
    }

    private int outcome(final Insn.JumpIf jump, final Comparison comparison, final Reg a, final Reg b) {
        if (a.isScalar() && b.isScalar()) {
            if (jump.source() instanceof final Operand.Register source && source.number() == jump.dst()) {
                return switch (jump.condition()) {
                    case EQ, GE, LE, SGE, SLE -> 1;
                    case NE, GT, LT, SGT, SLT -> 0;
                    case SET -> comparison.outcome(a.scalar, b.scalar);
                };
            }
            return comparison.outcome(a.scalar, b.scalar);
        }
        if (jump.width() == Width.W64 && ((b.isZero() && neverNull(a)) || (a.isZero() && neverNull(b)))) {
            if (jump.condition() == Condition.EQ || jump.condition() == Condition.NE) {
                if (jump.source() instanceof Operand.Register) {
                    proof.precise(b.isZero() ? ((Operand.Register) jump.source()).number() : jump.dst());
                }
                return jump.condition() == Condition.NE ? 1 : 0;
            }
        }
        return jump.width() == Width.W64 ? PacketBranches.outcome(jump.condition(), a, b) : -1;
    }

    private static boolean neverNull(final Reg reg) {
        return switch (reg.type) {
            case PACKET, PACKET_META, PACKET_END, CTX, STACK, MAP -> true;
            case MAP_VALUE, MAP_KEY, MEM, FUNC -> !reg.is(Reg.NULLABLE) && reg.scalar.isConstant() && reg.offset >= 0;
            default -> false;
        };
    }

    private void numbers(
            final Insn.JumpIf jump, final Comparison comparison, final Reg a, final Reg b, final int target) {
        final int[] linkedA = Linked.places(proof.state, a.id);
        final int[] linkedB = Linked.places(proof.state, b.id);
        proof.state.current.linked = linkedA.length == 0 ? linkedB : linkedA;
        if (linkedA.length > 0 && linkedB.length > 0 && a.id != b.id) {
            proof.state.current.linkedToo = linkedB;
        }
        final State taken = proof.fork(target);
        learn(taken, jump, comparison.refine(a.scalar, b.scalar, true), a, b, linkedA, linkedB);
        learn(proof.state, jump, comparison.refine(a.scalar, b.scalar, false), a, b, linkedA, linkedB);
    }

    private static void learn(
            final State state,
            final Insn.JumpIf jump,
            final Comparison.Refined refined,
            final Reg a,
            final Reg b,
            final int[] linkedA,
            final int[] linkedB) {
        if (refined.a() != null && refined.b() != null) {
            final Reg x = a.withScalar(refined.a());
            state.top().regs[jump.dst()] = x;
            Linked.tell(state, linkedA, x);
            if (jump.source() instanceof final Operand.Register source) {
                final Reg y = b.withScalar(refined.b());
                if (a.id == 0 || a.id != b.id) {
                    state.top().regs[source.number()] = y;
                    Linked.tell(state, linkedB, y);
                }
            }
        }
    }

    private void pointers(final Insn.JumpIf jump, final Reg a, final Reg b, final int target) {
        final State taken = proof.fork(target);
        final State falls = proof.state;
        if (jump.width() == Width.W32) {
            return;
        }
        final boolean equal = jump.condition() == Condition.EQ;
        if (equal || jump.condition() == Condition.NE) {
            if (b.isZero() && a.is(Reg.NULLABLE)) {
                if (jump.source() instanceof final Operand.Register source) {
                    proof.precise(source.number());
                }
                Nulls.learn(equal ? taken : falls, a, true);
                Nulls.learn(equal ? falls : taken, a, false);
            }
            return;
        }
        PacketBranches.learn(jump.condition(), a, b, taken, falls);
    }
}
