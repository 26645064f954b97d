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
        return switch (insn.form()) {
            case ALU -> bit(((Insn.Alu) insn).dst()) | operand(((Insn.Alu) insn).source());
            case MOVE -> operand(((Insn.Move) insn).source());
            case MOVE_SIGNED -> bit(((Insn.MoveSigned) insn).src());
            case NEGATE -> bit(((Insn.Negate) insn).dst());
            case SWAP_BYTES -> bit(((Insn.SwapBytes) insn).dst());
            case ADDRESS_SPACE_CAST -> bit(((Insn.AddressSpaceCast) insn).src());
            case LOAD_IMM64, JUMP, MAY_GOTO -> 0;
            case LOAD -> bit(((Insn.Load) insn).base());
            case STORE -> bit(((Insn.Store) insn).base()) | operand(((Insn.Store) insn).source());
            case ATOMIC ->
                bit(((Insn.Atomic) insn).base())
                        | bit(((Insn.Atomic) insn).src())
                        | (((Insn.Atomic) insn).op() == AtomicOp.CMPXCHG ? 1 : 0);
            case LOAD_ACQUIRE -> bit(((Insn.LoadAcquire) insn).base());
            case STORE_RELEASE -> bit(((Insn.StoreRelease) insn).base()) | bit(((Insn.StoreRelease) insn).src());
            case JUMP_IF -> bit(((Insn.JumpIf) insn).dst()) | operand(((Insn.JumpIf) insn).source());
            case HELPER_CALL, KFUNC_CALL -> {
                final HelperSpec callee = code.calleeAt(pc);
                yield callee == null ? ARGUMENTS : (1 << (callee.arguments().size() + 1)) - 2;
            }
            case FUNCTION_CALL -> ARGUMENTS;
            case REGISTER_CALL -> ARGUMENTS | bit(((Insn.RegisterCall) insn).register());
            case EXIT -> 1;
            case LEGACY_PACKET_LOAD -> bit(((Insn.LegacyPacketLoad) insn).src());
        };
    }

    private static int writes(final Insn insn) {
        return switch (insn.form()) {
            case ALU -> bit(((Insn.Alu) insn).dst());
            case MOVE -> bit(((Insn.Move) insn).dst());
            case MOVE_SIGNED -> bit(((Insn.MoveSigned) insn).dst());
            case NEGATE -> bit(((Insn.Negate) insn).dst());
            case SWAP_BYTES -> bit(((Insn.SwapBytes) insn).dst());
            case ADDRESS_SPACE_CAST -> bit(((Insn.AddressSpaceCast) insn).dst());
            case LOAD_IMM64 -> bit(((Insn.LoadImm64) insn).dst());
            case LOAD -> bit(((Insn.Load) insn).dst());
            case LOAD_ACQUIRE -> bit(((Insn.LoadAcquire) insn).dst());
            case ATOMIC ->
                !((Insn.Atomic) insn).fetch()
                        ? 0
                        : ((Insn.Atomic) insn).op() == AtomicOp.CMPXCHG ? 1 : bit(((Insn.Atomic) insn).src());
            case STORE, STORE_RELEASE, JUMP_IF, JUMP, MAY_GOTO, EXIT -> 0;
            case HELPER_CALL, KFUNC_CALL, FUNCTION_CALL, REGISTER_CALL -> CALLER_SAVED;
            case LEGACY_PACKET_LOAD -> CALLER_SAVED;
        };
    }

    private static int operand(final Operand operand) {
        return operand instanceof final Operand.Register register ? bit(register.number()) : 0;
    }

    private static int bit(final int register) {
        return 1 << register;
    }
}
