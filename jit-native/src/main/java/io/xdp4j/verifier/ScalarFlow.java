package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.AtomicOp;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.bpf.insn.Width;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What numbers registers can hold at each instruction, whichever path led there: a forward flow analysis of each function
 * that joins where paths meet and forgets what keeps changing.
 *
 * <p>It is needed beside the exploration, whose own ranges hold for the paths that it followed: a path that it left off was
 * compared only in the numbers that mattered.
 */
final class ScalarFlow {

    /** Joins in one place before changing numbers are forgotten. */
    private static final int PATIENCE = 6;

    private static final int CALLER_SAVED = 6;

    private final Code code;
    private final Edges edges;
    private final @Nullable Scalar[][] before;
    private final byte[] joins;
    private final BitSet work = new BitSet();

    /** Which edges paths take, and which loads give addresses. */
    interface Edges {
        boolean reached(int pc);

        boolean taken(int pc);

        boolean falls(int pc);

        /** Whether the load may give more than its size says: an address out of the context. */
        boolean loadsAddress(int pc);
    }

    private ScalarFlow(final Code code, final Edges edges) {
        this.code = code;
        this.edges = edges;
        before = new Scalar[code.length()][];
        joins = new byte[code.length()];
    }

    static ScalarFlow of(final Code code, final Edges edges) {
        final ScalarFlow flow = new ScalarFlow(code, edges);
        flow.run();
        return flow;
    }

    /** What is known of a register before an instruction. */
    Scalar at(final int pc, final int register) {
        final Scalar[] here = before[pc];
        return here == null || here[register] == null ? Scalar.UNKNOWN : here[register];
    }

    private void run() {
        for (final Code.Function function : code.functionList()) {
            if (edges.reached(function.start())) {
                final Scalar[] start = new Scalar[Frame.REGISTERS];
                java.util.Arrays.fill(start, Scalar.UNKNOWN);
                before[function.start()] = start;
                joins[function.start()] = PATIENCE;
                work.set(function.start());
            }
        }
        for (int pc = work.nextSetBit(0); pc >= 0; pc = work.nextSetBit(0)) {
            work.clear(pc);
            visit(pc, code.insn(pc));
        }
    }

    private void visit(final int pc, final Insn insn) {
        final Scalar[] regs = java.util.Objects.requireNonNull(before[pc]);
        switch (insn) {
            case Insn.JumpIf jump -> branch(pc, jump, regs);
            case Insn.MayGoto _ -> {
                flow(Code.jumpTarget(pc, insn), regs);
                flow(pc + 1, regs);
            }
            case Insn.Jump _ -> flow(Code.jumpTarget(pc, insn), regs);
            case Insn.Exit _ -> {}
            default -> {
                final Scalar[] after = regs.clone();
                apply(pc, insn, after);
                flow(pc + insn.slots(), after);
            }
        }
    }

    private void branch(final int pc, final Insn.JumpIf jump, final Scalar[] regs) {
        final Comparison comparison = new Comparison(jump.condition(), jump.width());
        final Scalar a = regs[jump.dst()];
        final Scalar b = operand(jump.source(), regs);
        if (edges.taken(pc)) {
            flow(Code.jumpTarget(pc, jump), learn(jump, regs, comparison.refine(a, b, true)));
        }
        if (edges.falls(pc)) {
            flow(pc + 1, learn(jump, regs, comparison.refine(a, b, false)));
        }
    }

    private static Scalar[] learn(final Insn.JumpIf jump, final Scalar[] regs, final Comparison.Refined refined) {
        final Scalar a = refined.a();
        final Scalar b = refined.b();
        if (a == null || b == null) {
            return regs;
        }
        final Scalar[] made = regs.clone();
        if (jump.source() instanceof final Operand.Register source) {
            if (source.number() == jump.dst()) {
                return regs;
            }
            made[source.number()] = b;
        }
        made[jump.dst()] = a;
        return made;
    }

    private static Scalar operand(final Operand operand, final Scalar[] regs) {
        return switch (operand) {
            case Operand.Register register -> regs[register.number()];
            case Operand.Immediate immediate -> Scalar.constant(immediate.value());
        };
    }

    private void flow(final int pc, final Scalar[] regs) {
        if (!edges.reached(pc)) {
            return;
        }
        final Scalar[] old = before[pc];
        if (old == null) {
            before[pc] = regs;
            work.set(pc);
            return;
        }
        Scalar[] made = null;
        for (int r = 0; r < regs.length; r++) {
            if (old[r] != regs[r] && !old[r].includes(regs[r])) {
                if (made == null) {
                    made = old.clone();
                }
                made[r] = joins[pc] >= PATIENCE ? Scalar.UNKNOWN : old[r].join(regs[r]);
            }
        }
        if (made != null) {
            joins[pc] = (byte) Math.min(PATIENCE, joins[pc] + 1);
            before[pc] = made;
            work.set(pc);
        }
    }

    private void apply(final int pc, final Insn insn, final Scalar[] regs) {
        switch (insn) {
            case Insn.Alu alu ->
                regs[alu.dst()] = ScalarMath.alu(alu.op(), alu.width(), regs[alu.dst()], operand(alu.source(), regs));
            case Insn.Move move -> {
                final Scalar from = operand(move.source(), regs);
                regs[move.dst()] = move.width() == Width.W32 ? from.zeroExtend32() : from;
            }
            case Insn.MoveSigned move -> {
                final Scalar extended =
                        regs[move.src()].truncate(move.bits() / 8).signExtend(move.bits() / 8);
                regs[move.dst()] = move.width() == Width.W32 ? extended.zeroExtend32() : extended;
            }
            case Insn.Negate negate -> regs[negate.dst()] = ScalarMath.negate(negate.width(), regs[negate.dst()]);
            case Insn.SwapBytes swap -> regs[swap.dst()] = PointerMath.swapped(swap, regs[swap.dst()]);
            case Insn.LoadImm64 load ->
                regs[load.dst()] = code.reference(pc) == null && load.kind() == io.xdp4j.bpf.insn.Pseudo.NUMBER
                        ? Scalar.constant(load.value())
                        : Scalar.UNKNOWN;
            case Insn.Load load -> {
                final Scalar loaded = Scalar.ofSize(load.size().bytes());
                regs[load.dst()] = edges.loadsAddress(pc)
                        ? Scalar.UNKNOWN
                        : load.signed() ? Scalar.UNKNOWN.signExtend(load.size().bytes()) : loaded;
            }
            case Insn.LoadAcquire load ->
                regs[load.dst()] = edges.loadsAddress(pc)
                        ? Scalar.UNKNOWN
                        : Scalar.ofSize(load.size().bytes());
            case Insn.Atomic atomic -> {
                if (atomic.fetch()) {
                    regs[atomic.op() == AtomicOp.CMPXCHG ? 0 : atomic.src()] =
                            Scalar.ofSize(atomic.width() == Width.W64 ? 8 : 4);
                }
            }
            case Insn.HelperCall _, Insn.KfuncCall _, Insn.FunctionCall _, Insn.RegisterCall _ -> {
                for (int r = 0; r < CALLER_SAVED; r++) {
                    regs[r] = Scalar.UNKNOWN;
                }
            }
            default -> {}
        }
    }
}
