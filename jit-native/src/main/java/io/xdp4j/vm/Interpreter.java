package io.xdp4j.vm;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import io.xdp4j.map.ProgramArray;
import io.xdp4j.map.UserspaceMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs instruction by instruction, with every access checked: the reference for every other engine. One worker's;
 * owned and used by one thread.
 *
 * <p>The code has passed the structural check, so jumps land on instructions and registers exist; nothing else is taken on
 * trust. A fault leaves the reason in the {@link Execution}, is counted in the image at hand, and ends the run.
 *
 * <p>Time is bounded by a budget of instructions, not by the verifier's proof. Nothing is counted on the way: whoever goes back
 * pays for the slots gone back over, and a function at its end for those between its start and there, which is at least what
 * has run; every jump back and every call costs {@link #STEP} besides.
 */
final class Interpreter implements Execution.Callbacks {

    /** Instructions that a run may take: {@code bpf_loop}'s limit of 8 Mi iterations with 32 each. */
    static final int BUDGET = 1 << 28;

    /** What a jump back or a call costs, in instructions. */
    private static final int STEP = 4;

    /** {@code bpf_tail_call}: handled here, since it changes the code that runs. */
    static final int TAIL_CALL = 12;

    private static final int SPIN_LOCK = 93;
    private static final int SPIN_UNLOCK = 94;
    private static final int SAVED = 6;

    private final Execution execution;
    private final Memory memory;
    private final long[] r = new long[11];
    private final long[] savedRegisters = new long[Execution.FRAMES * SAVED];
    private final Image[] savedImages = new Image[Execution.FRAMES];
    private final @Nullable InsnObserver observer;
    private Image image;
    private int depth;

    /** Where the function at hand began. */
    private int entry;

    private int budget;
    private int tailCalls;
    private int lastPc;

    Interpreter(final Execution execution, final Image first) {
        this(execution, first, null);
    }

    Interpreter(final Execution execution, final Image first, final @Nullable InsnObserver observer) {
        this.execution = execution;
        this.observer = observer;
        this.memory = new Memory(execution);
        this.image = first;
        execution.callbacks(this);
    }

    /**
     * Runs a program from its start.
     *
     * @return r0; meaningless if the execution is {@link Execution#faulted()} afterwards
     */
    long run(final Image program, final long r1, final long r2) {
        image = program;
        depth = 0;
        entry = 0;
        budget = BUDGET;
        tailCalls = 0;
        r[1] = r1;
        r[2] = r2;
        enterFrame();
        return loop(0);
    }

    /** The slot of the exit that ended the last run (in the program that it ended in). */
    int lastPc() {
        return lastPc;
    }

    @Override
    public long call(final long function, final long r1, final long r2, final long r3, final long r4, final long r5) {
        final int target = Execution.functionPc(function);
        if (target < 0 || !image.starts().get(target)) {
            return execution.fault("call of what is no function", function, 1);
        }
        if (!push(-1, target)) {
            return 0;
        }
        r[1] = r1;
        r[2] = r2;
        r[3] = r3;
        r[4] = r4;
        r[5] = r5;
        final int base = depth;
        final long result = loop(target);
        if (!execution.faulted()) {
            assert depth == base;
            pop(lastPc);
        }
        return result;
    }

    @Override
    public @Nullable ProgramFunction function(final long function) {
        final int start = Execution.functionPc(function);
        final Image program = image;
        if (start < 0 || !program.starts().get(start)) {
            return null;
        }
        return (other, r1, r2, r3) -> new Interpreter(other, program).runFrom(start, r1, r2, r3);
    }

    private long runFrom(final int start, final long r1, final long r2, final long r3) {
        budget = BUDGET;
        entry = start;
        r[1] = r1;
        r[2] = r2;
        r[3] = r3;
        enterFrame();
        return loop(start);
    }

    private void enterFrame() {
        r[10] = execution.stackTop() - (long) depth * Execution.FRAME;
        execution.stackLow(r[10] - Execution.FRAME);
    }

    /** Takes that many instructions and a step off the budget; false, and the program ends, where that is used up. */
    private boolean pay(final int slots) {
        budget -= slots + STEP;
        if (budget < 0) {
            execution.fault().setTooLong();
            return false;
        }
        return true;
    }

    private boolean push(final int returnPc, final int target) {
        if (depth == Execution.FRAMES - 1) {
            execution.fault("calls nested too deep (limit 8 frames)", depth, 0);
            return false;
        }
        if (!pay(0)) {
            return false;
        }
        final int base = depth * SAVED;
        System.arraycopy(r, 6, savedRegisters, base, 4);
        savedRegisters[base + 4] = returnPc;
        savedRegisters[base + 5] = entry;
        savedImages[depth] = image;
        depth++;
        entry = target;
        enterFrame();
        return true;
    }

    /** Leaves a function at {@code pc}; returns the slot to go on at. */
    private int pop(final int pc) {
        budget -= Math.max(0, pc - entry);
        depth--;
        final int base = depth * SAVED;
        System.arraycopy(savedRegisters, base, r, 6, 4);
        entry = (int) savedRegisters[base + 5];
        image = savedImages[depth];
        enterFrame();
        return (int) savedRegisters[base + 4];
    }

    private long loop(final int start) {
        final int base = depth;
        long[] code = image.code();
        int pc = start;
        while (true) {
            if (observer != null) {
                observer.before(execution, image, pc, depth, r);
            }
            final long slot = code[pc];
            final int opcode = InsnSlot.opcode(slot);
            final int dst = InsnSlot.dst(slot);
            switch (opcode & Opcode.CLASS_MASK) {
                case Opcode.CLASS_ALU64 -> r[dst] = alu64(slot, opcode, r[dst]);
                case Opcode.CLASS_ALU -> r[dst] = alu32(slot, opcode, r[dst]);
                case Opcode.CLASS_LDX -> {
                    r[dst] = memory.load(opcode, r[InsnSlot.src(slot)] + InsnSlot.offset(slot));
                    if (execution.faulted()) {
                        return fault(pc);
                    }
                }
                case Opcode.CLASS_STX -> {
                    storeRegister(slot, opcode, dst, InsnSlot.src(slot));
                    if (execution.faulted()) {
                        return fault(pc);
                    }
                }
                case Opcode.CLASS_ST -> {
                    memory.store(opcode, r[dst] + InsnSlot.offset(slot), InsnSlot.imm(slot));
                    if (execution.faulted()) {
                        return fault(pc);
                    }
                }
                case Opcode.CLASS_LD -> r[dst] = InsnSlot.imm64(slot, code[++pc]);
                default -> {
                    final int operation = opcode & Opcode.OPERATION_MASK;
                    if (operation == Opcode.EXIT && depth == base) {
                        return finish(pc);
                    }
                    if (operation == Opcode.CALL || operation == Opcode.EXIT) {
                        final int target = operation == Opcode.EXIT ? pop(pc) : callTarget(pc, slot, opcode);
                        if (execution.faulted()) {
                            return fault(pc);
                        }
                        pc = target;
                        code = image.code();
                        continue;
                    }
                    final int target = jumpTarget(pc, slot, opcode);
                    if (target <= pc && !pay(pc - target)) {
                        return fault(pc);
                    }
                    pc = target;
                    continue;
                }
            }
            pc++;
        }
    }

    /** Ends a run, or the callback of a helper: with a lock held it would stand in everybody's way. */
    private long finish(final int pc) {
        lastPc = pc;
        if (execution.heldLock() != 0) {
            execution.fault("exit while a spin lock is held (call bpf_spin_unlock first)", 0, 0);
            return fault(pc);
        }
        return r[0];
    }

    private long fault(final int pc) {
        if (!execution.fault().counted()) {
            image.faults().record(pc, execution);
        }
        return 0;
    }

    private long alu64(final long slot, final int opcode, final long a) {
        if ((opcode & Opcode.OPERATION_MASK) == Opcode.END) {
            return Arithmetic.swap(opcode, InsnSlot.imm(slot), a);
        }
        final long b = (opcode & Opcode.SOURCE_X) == 0 ? InsnSlot.imm(slot) : r[InsnSlot.src(slot)];
        return Arithmetic.alu64(opcode, InsnSlot.offset(slot), a, b);
    }

    private long alu32(final long slot, final int opcode, final long a) {
        if ((opcode & Opcode.OPERATION_MASK) == Opcode.END) {
            return Arithmetic.swap(opcode, InsnSlot.imm(slot), a);
        }
        final int b = (opcode & Opcode.SOURCE_X) == 0 ? InsnSlot.imm(slot) : (int) r[InsnSlot.src(slot)];
        return Arithmetic.alu32(opcode, InsnSlot.offset(slot), (int) a, b) & 0xffff_ffffL;
    }

    private int jumpTarget(final int pc, final long slot, final int opcode) {
        final boolean wide = (opcode & Opcode.CLASS_MASK) == Opcode.CLASS_JMP;
        final int operation = opcode & Opcode.OPERATION_MASK;
        if (operation == Opcode.JA) {
            return pc + 1 + (wide ? InsnSlot.offset(slot) : InsnSlot.imm(slot));
        }
        if (operation == Opcode.JCOND) {
            // may_goto: the kernel jumps once its own budget is used up; ours ends the loop in good order at half
            return budget < BUDGET / 2 ? pc + 1 + InsnSlot.offset(slot) : pc + 1;
        }
        final long a = r[InsnSlot.dst(slot)];
        final long b = (opcode & Opcode.SOURCE_X) == 0 ? InsnSlot.imm(slot) : r[InsnSlot.src(slot)];
        final boolean taken = wide ? Arithmetic.taken64(opcode, a, b) : Arithmetic.taken32(opcode, (int) a, (int) b);
        return taken ? pc + 1 + InsnSlot.offset(slot) : pc + 1;
    }

    private void storeRegister(final long slot, final int opcode, final int dst, final int src) {
        if ((opcode & Opcode.MODE_MASK) == Opcode.MODE_ATOMIC) {
            atomic(slot, opcode, dst, src);
        } else {
            memory.store(opcode, r[dst] + InsnSlot.offset(slot), r[src]);
        }
    }

    private void atomic(final long slot, final int opcode, final int dst, final int src) {
        final long address = r[dst] + InsnSlot.offset(slot);
        switch (InsnSlot.imm(slot)) {
            case Opcode.ATOMIC_LOAD_ACQUIRE -> r[dst] = memory.loadAcquire(opcode, r[src] + InsnSlot.offset(slot));
            case Opcode.ATOMIC_STORE_RELEASE -> memory.storeRelease(opcode, address, r[src]);
            case Opcode.ATOMIC_CMPXCHG -> r[0] = memory.compareAndExchange(opcode, address, r[0], r[src]);
            default -> {
                final long before = memory.atomic(opcode, InsnSlot.imm(slot), address, r[src]);
                if ((InsnSlot.imm(slot) & Opcode.ATOMIC_FETCH) != 0) {
                    r[src] = before;
                }
            }
        }
    }

    private int callTarget(final int pc, final long slot, final int opcode) {
        if (opcode == Opcode.CALLX) {
            return callRegister(pc, r[InsnSlot.dst(slot)]);
        }
        if (InsnSlot.src(slot) == Opcode.CALL_SUBPROGRAM) {
            final int target = pc + 1 + InsnSlot.imm(slot);
            return push(pc + 1, target) ? target : pc;
        }
        return callFunction(pc, image.functions()[InsnSlot.imm(slot)]);
    }

    /** A register holds a function's address, or a helper's number, as clang without optimisation has it. */
    private int callRegister(final int pc, final long value) {
        final int target = Execution.functionPc(value);
        if (target >= 0 && image.starts().get(target)) {
            return push(pc + 1, target) ? target : pc;
        }
        final HelperSpec helper = value == (int) value ? image.helpers().helper((int) value) : null;
        if (helper == null) {
            execution.fault("call of what is no function", value, 1);
            return pc;
        }
        return callFunction(pc, helper);
    }

    private int callFunction(final int pc, final HelperSpec callee) {
        if (!pay(0) || !ArgumentCheck.check(execution, callee, r)) {
            return pc;
        }
        if (execution.heldLock() != 0 && callee.id() != 0 && callee.id() != SPIN_LOCK && callee.id() != SPIN_UNLOCK) {
            // as the kernel's verifier: what the callee waits for might be this very lock
            execution.fault("helper called while a spin lock is held (call bpf_spin_unlock first)", callee.id(), 0);
            return pc;
        }
        if (callee.id() == TAIL_CALL) {
            return tailCall(pc);
        }
        final Image caller = image;
        r[0] = callee.function().call(execution, r[1], r[2], r[3], r[4], r[5]);
        image = caller;
        return pc + 1;
    }

    /** The frame at hand goes on with another program; its caller, if it has one, gets that program's r0. */
    private int tailCall(final int pc) {
        final UserspaceMap map = execution.map(r[2]);
        if (!(map instanceof final ProgramArray programs)) {
            execution.fault("tail call through what is no program array", r[2], 1);
            return pc;
        }
        final Program next = programs.program((int) r[3]);
        if (!(next instanceof final InterpretedProgram target) || tailCalls >= Execution.TAIL_CALLS) {
            r[0] = Errno.ENOENT.negative();
            return pc + 1;
        }
        tailCalls++;
        budget -= Math.max(0, pc - entry);
        entry = 0;
        image = target.image();
        return 0;
    }
}
