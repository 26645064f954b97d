package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.AtomicOp;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;

/**
 * Marks the numbers that a decision rests on, back along the path to where they come from. Only marked ("precise")
 * numbers are compared when a state is tested for inclusion in one that has been explored.
 *
 * <p>Source: {@code __mark_chain_precision()}, {@code backtrack_insn()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Precision {

    private static final int ARGUMENTS = 0b11_1110;
    private static final int FRAMES = 8;

    private final Code code;
    /** By frame: registers and slots whose origin is still looked for. */
    private final int[] regs = new int[FRAMES];

    private final long[] slots = new long[FRAMES];
    private int frame;

    Precision(final Code code) {
        this.code = code;
    }

    /** Marks a register of the running function, before the instruction at hand. */
    void mark(final State state, final int register) {
        if (state.reg(register).isScalar()) {
            regs[state.frameCount() - 1] |= 1 << register;
            trace(state);
        }
    }

    /** Marks a spilled number. */
    void markSlot(final State state, final int frameIndex, final int slot) {
        slots[frameIndex] |= 1L << slot;
        trace(state);
    }

    /** Marks all that is precise in a kept state that includes this one. */
    void carryOver(final State kept, final State state) {
        for (int i = 0; i < state.frameCount(); i++) {
            regs[i] |= kept.frame(i).preciseRegs;
            slots[i] |= kept.frame(i).preciseSlots;
        }
        trace(state);
    }

    private void trace(final State from) {
        State state = from;
        frame = from.frameCount() - 1;
        apply(state, false);
        while (!settled()) {
            for (History at = state.history; at != null; at = at.before) {
                step(at);
                if (settled()) {
                    return;
                }
            }
            final State before = state.parent;
            if (before == null) {
                forget();
                return;
            }
            state = before;
            frame = state.frameCount() - 1;
            apply(state, true);
        }
    }

    /** Marks in the state what is looked for; in a state that was kept, what is marked has been traced before. */
    private void apply(final State state, final boolean kept) {
        for (int i = 0; i < state.frameCount(); i++) {
            final Frame at = state.frame(i);
            for (int r = 0; r < Frame.REGISTERS && regs[i] >>> r != 0; r++) {
                if ((regs[i] & 1 << r) != 0 && (!at.regs[r].isScalar() || (kept && (at.preciseRegs & 1 << r) != 0))) {
                    regs[i] &= ~(1 << r);
                }
            }
            at.preciseRegs |= regs[i];
            for (long rest = slots[i]; rest != 0; rest &= rest - 1) {
                final int slot = Long.numberOfTrailingZeros(rest);
                final Slot there = at.slot(slot);
                final Reg reg = there.reg();
                if (!there.isSpill()
                        || reg == null
                        || !reg.isScalar()
                        || (kept && (at.preciseSlots & 1L << slot) != 0)) {
                    slots[i] &= ~(1L << slot);
                }
            }
            at.preciseSlots |= slots[i];
        }
        for (int i = state.frameCount(); i < FRAMES; i++) {
            regs[i] = 0;
            slots[i] = 0;
        }
    }

    private boolean settled() {
        for (int i = 0; i < FRAMES; i++) {
            if (regs[i] != 0 || slots[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private void forget() {
        java.util.Arrays.fill(regs, 0);
        java.util.Arrays.fill(slots, 0);
    }

    private boolean has(final int register) {
        return (regs[frame] & 1 << register) != 0;
    }

    private void drop(final int register) {
        regs[frame] &= ~(1 << register);
    }

    private void add(final Operand operand) {
        if (operand instanceof final Operand.Register register && register.number() != 10) {
            regs[frame] |= 1 << register.number();
        }
    }

    /** Goes back over one instruction. */
    private void step(final History at) {
        learnTogether(at);
        final Insn insn = code.insn(at.pc);
        switch (insn.form()) {
            case ALU -> {
                final Insn.Alu alu = (Insn.Alu) insn;
                if (has(alu.dst())) {
                    add(alu.source());
                }
            }
            case MOVE -> {
                final Insn.Move move = (Insn.Move) insn;
                if (has(move.dst())) {
                    drop(move.dst());
                    add(move.source());
                }
            }
            case MOVE_SIGNED -> {
                final Insn.MoveSigned move = (Insn.MoveSigned) insn;
                if (has(move.dst())) {
                    drop(move.dst());
                    add(Operand.register(move.src()));
                }
            }
            case LOAD_IMM64 -> drop(((Insn.LoadImm64) insn).dst());
            case ADDRESS_SPACE_CAST -> drop(((Insn.AddressSpaceCast) insn).dst());
            case LOAD -> fill(at, ((Insn.Load) insn).dst());
            case LOAD_ACQUIRE -> fill(at, ((Insn.LoadAcquire) insn).dst());
            case STORE -> spill(at, ((Insn.Store) insn).source());
            case STORE_RELEASE -> spill(at, Operand.register(((Insn.StoreRelease) insn).src()));
            case ATOMIC -> atomic(at, (Insn.Atomic) insn);
            case JUMP_IF -> {
                final Insn.JumpIf jump = (Insn.JumpIf) insn;
                if (jump.source() instanceof final Operand.Register source
                        && (has(jump.dst()) || has(source.number()))) {
                    regs[frame] |= 1 << jump.dst();
                    add(jump.source());
                }
            }
            case HELPER_CALL, KFUNC_CALL -> call(at);
            case FUNCTION_CALL -> functionCall(at);
            case REGISTER_CALL -> functionCall(at);
            case EXIT -> exit(at);
            case NEGATE, SWAP_BYTES, JUMP, MAY_GOTO, LEGACY_PACKET_LOAD -> {}
        }
        learnTogether(at);
    }

    private void fill(final History at, final int register) {
        if (!has(register)) {
            return;
        }
        drop(register);
        if (at.stackFrame >= 0) {
            slots[at.stackFrame] |= 1L << at.stackSlot;
        }
    }

    private void spill(final History at, final Operand source) {
        if (at.stackFrame >= 0 && (slots[at.stackFrame] & 1L << at.stackSlot) != 0) {
            slots[at.stackFrame] &= ~(1L << at.stackSlot);
            add(source);
        }
    }

    private void atomic(final History at, final Insn.Atomic atomic) {
        if (atomic.fetch()) {
            drop(atomic.op() == AtomicOp.CMPXCHG ? 0 : atomic.src());
        }
        if (at.stackFrame >= 0) {
            slots[at.stackFrame] &= ~(1L << at.stackSlot);
        }
    }

    private void call(final History at) {
        if (at.entered) {
            // a callback began here: what it was given is the helper's
            regs[frame] = 0;
            leave();
            return;
        }
        drop(0);
        regs[frame] &= ~ARGUMENTS;
    }

    private void functionCall(final History at) {
        if (at.entered) {
            final int given = regs[frame] & ARGUMENTS;
            leave();
            regs[frame] |= given;
        } else {
            drop(0);
            regs[frame] &= ~ARGUMENTS;
        }
    }

    private void leave() {
        regs[frame] = 0;
        slots[frame] = 0;
        frame--;
    }

    private void exit(final History at) {
        final boolean result = !at.leftCallback && has(0);
        drop(0);
        frame++;
        regs[frame] = result ? 1 : 0;
        slots[frame] = 0;
    }

    private void learnTogether(final History at) {
        learnTogether(at.linked);
        learnTogether(at.linkedToo);
    }

    private void learnTogether(final int[] places) {
        boolean any = false;
        for (final int each : places) {
            any |= Linked.isSlot(each)
                    ? (slots[Linked.frame(each)] & 1L << Linked.index(each)) != 0
                    : (regs[Linked.frame(each)] & 1 << Linked.index(each)) != 0;
        }
        if (any) {
            for (final int each : places) {
                if (Linked.isSlot(each)) {
                    slots[Linked.frame(each)] |= 1L << Linked.index(each);
                } else {
                    regs[Linked.frame(each)] |= 1 << Linked.index(each);
                }
            }
        }
    }
}
