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
        switch (insn.form()) {
            case JUMP_IF -> branch(pc, (Insn.JumpIf) insn, regs);
            case MAY_GOTO -> {
                flow(Code.jumpTarget(pc, insn), regs);
                flow(pc + 1, regs);
            }
            case JUMP -> flow(Code.jumpTarget(pc, insn), regs);
            case EXIT -> {}
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
        return operand instanceof final Operand.Register register
                ? regs[register.number()]
                : Scalar.constant(((Operand.Immediate) operand).value());
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
        switch (insn.form()) {
            case ALU ->
                regs[((Insn.Alu) insn).dst()] = ScalarMath.alu(
                        ((Insn.Alu) insn).op(),
                        ((Insn.Alu) insn).width(),
                        regs[((Insn.Alu) insn).dst()],
                        operand(((Insn.Alu) insn).source(), regs));
            case MOVE -> {
                final Insn.Move move = (Insn.Move) insn;
                final Scalar from = operand(move.source(), regs);
                regs[move.dst()] = move.width() == Width.W32 ? from.zeroExtend32() : from;
            }
            case MOVE_SIGNED -> {
                final Insn.MoveSigned move = (Insn.MoveSigned) insn;
                final Scalar extended =
                        regs[move.src()].truncate(move.bits() / 8).signExtend(move.bits() / 8);
                regs[move.dst()] = move.width() == Width.W32 ? extended.zeroExtend32() : extended;
            }
            case NEGATE ->
                regs[((Insn.Negate) insn).dst()] =
                        ScalarMath.negate(((Insn.Negate) insn).width(), regs[((Insn.Negate) insn).dst()]);
            case SWAP_BYTES ->
                regs[((Insn.SwapBytes) insn).dst()] =
                        PointerMath.swapped((Insn.SwapBytes) insn, regs[((Insn.SwapBytes) insn).dst()]);
            case LOAD_IMM64 ->
                regs[((Insn.LoadImm64) insn).dst()] =
                        code.reference(pc) == null && ((Insn.LoadImm64) insn).kind() == io.xdp4j.bpf.insn.Pseudo.NUMBER
                                ? Scalar.constant(((Insn.LoadImm64) insn).value())
                                : Scalar.UNKNOWN;
            case LOAD -> {
                final Insn.Load load = (Insn.Load) insn;
                final Scalar loaded = Scalar.ofSize(load.size().bytes());
                regs[load.dst()] = edges.loadsAddress(pc)
                        ? Scalar.UNKNOWN
                        : load.signed() ? Scalar.UNKNOWN.signExtend(load.size().bytes()) : loaded;
            }
            case LOAD_ACQUIRE ->
                regs[((Insn.LoadAcquire) insn).dst()] = edges.loadsAddress(pc)
                        ? Scalar.UNKNOWN
                        : Scalar.ofSize(((Insn.LoadAcquire) insn).size().bytes());
            case ATOMIC -> {
                final Insn.Atomic atomic = (Insn.Atomic) insn;
                if (atomic.fetch()) {
                    regs[atomic.op() == AtomicOp.CMPXCHG ? 0 : atomic.src()] =
                            Scalar.ofSize(atomic.width() == Width.W64 ? 8 : 4);
                }
            }
            case HELPER_CALL, KFUNC_CALL, FUNCTION_CALL, REGISTER_CALL -> {
                for (int r = 0; r < CALLER_SAVED; r++) {
                    regs[r] = Scalar.UNKNOWN;
                }
            }
            default -> {}
        }
    }
}
