package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.AtomicOp;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.vm.HelperSpec;

/**
 * Which registers an instruction, or one after it, may read before they are written: registers that are not live do not
 * matter when states are compared. A backward flow analysis of each function; a call reads r1 to r5.
 */
final class Liveness {

    private static final int FRAME_POINTER = 1 << 10;
    private static final int ARGUMENTS = 0b11_1110;
    private static final int CALLER_SAVED = 0b11_1111;

    private final Code code;

    Liveness(final Code code) {
        this.code = code;
    }

    /** By slot, the registers that are live before the instruction: bit 0 is r0. */
    int[] registers() {
        final int[] live = new int[code.length()];
        for (final Code.Function function : code.functionList()) {
            boolean changed = true;
            while (changed) {
                changed = false;
                for (int pc = function.end() - 1; pc >= function.start(); pc--) {
                    if (code.starts(pc)) {
                        final int before = before(pc, code.insn(pc), live);
                        changed |= before != live[pc];
                        live[pc] = before;
                    }
                }
            }
        }
        return live;
    }

    private int before(final int pc, final Insn insn, final int[] live) {
        int after = 0;
        final int target = Code.jumpTarget(pc, insn);
        if (target >= 0) {
            after |= live[target];
        }
        final int next = pc + insn.slots();
        if (!(insn instanceof Insn.Jump) && !(insn instanceof Insn.Exit) && next < live.length) {
            after |= live[next];
        }
        return (after & ~writes(insn)) | reads(pc, insn) | FRAME_POINTER;
    }

    private int reads(final int pc, final Insn insn) {
        return switch (insn) {
            case Insn.Alu alu -> bit(alu.dst()) | operand(alu.source());
            case Insn.Move move -> operand(move.source());
            case Insn.MoveSigned move -> bit(move.src());
            case Insn.Negate negate -> bit(negate.dst());
            case Insn.SwapBytes swap -> bit(swap.dst());
            case Insn.AddressSpaceCast cast -> bit(cast.src());
            case Insn.LoadImm64 _, Insn.Jump _, Insn.MayGoto _ -> 0;
            case Insn.Load load -> bit(load.base());
            case Insn.Store store -> bit(store.base()) | operand(store.source());
            case Insn.Atomic atomic ->
                bit(atomic.base()) | bit(atomic.src()) | (atomic.op() == AtomicOp.CMPXCHG ? 1 : 0);
            case Insn.LoadAcquire load -> bit(load.base());
            case Insn.StoreRelease store -> bit(store.base()) | bit(store.src());
            case Insn.JumpIf jump -> bit(jump.dst()) | operand(jump.source());
            case Insn.HelperCall _, Insn.KfuncCall _ -> {
                final HelperSpec callee = code.calleeAt(pc);
                yield callee == null ? ARGUMENTS : (1 << (callee.arguments().size() + 1)) - 2;
            }
            case Insn.FunctionCall _ -> ARGUMENTS;
            case Insn.RegisterCall call -> ARGUMENTS | bit(call.register());
            case Insn.Exit _ -> 1;
            case Insn.LegacyPacketLoad load -> bit(load.src());
        };
    }

    private static int writes(final Insn insn) {
        return switch (insn) {
            case Insn.Alu alu -> bit(alu.dst());
            case Insn.Move move -> bit(move.dst());
            case Insn.MoveSigned move -> bit(move.dst());
            case Insn.Negate negate -> bit(negate.dst());
            case Insn.SwapBytes swap -> bit(swap.dst());
            case Insn.AddressSpaceCast cast -> bit(cast.dst());
            case Insn.LoadImm64 load -> bit(load.dst());
            case Insn.Load load -> bit(load.dst());
            case Insn.LoadAcquire load -> bit(load.dst());
            case Insn.Atomic atomic -> !atomic.fetch() ? 0 : atomic.op() == AtomicOp.CMPXCHG ? 1 : bit(atomic.src());
            case Insn.Store _, Insn.StoreRelease _, Insn.JumpIf _, Insn.Jump _, Insn.MayGoto _, Insn.Exit _ -> 0;
            case Insn.HelperCall _, Insn.KfuncCall _, Insn.FunctionCall _, Insn.RegisterCall _ -> CALLER_SAVED;
            case Insn.LegacyPacketLoad _ -> CALLER_SAVED;
        };
    }

    private static int operand(final Operand operand) {
        return operand instanceof final Operand.Register register ? bit(register.number()) : 0;
    }

    private static int bit(final int register) {
        return 1 << register;
    }
}
