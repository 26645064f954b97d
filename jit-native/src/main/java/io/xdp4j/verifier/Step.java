package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.insn.AtomicOp;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.bpf.insn.Operand;
import io.xdp4j.bpf.insn.Width;
import org.jspecify.annotations.Nullable;

/** Runs one instruction on a state: what it requires is proved, what it does is applied. */
final class Step {

    private final Proof proof;
    private final Code code;
    private final PointerMath math;
    private final Accesses accesses;
    private final Branches branches;
    private final Calls calls;
    private final Functions functions;

    Step(final Proof proof) {
        this.proof = proof;
        this.code = proof.code;
        math = new PointerMath(proof);
        accesses = new Accesses(proof);
        branches = new Branches(proof);
        functions = new Functions(proof, accesses);
        calls = new Calls(proof, accesses, functions);
    }

    /** Whether the path goes on, at the state's new {@code pc}. */
    boolean run(final Insn insn) {
        final int pc = proof.pc();
        proof.facts.record(pc, insn, proof.state);
        switch (insn.form()) {
            case JUMP_IF -> {
                final Insn.JumpIf jump = (Insn.JumpIf) insn;
                return branches.run(jump);
            }
            case MAY_GOTO -> {
                final Insn.MayGoto jump = (Insn.MayGoto) insn;
                branches.run(jump);
                return true;
            }
            case JUMP -> {
                proof.state.pc = Code.jumpTarget(pc, insn);
                return true;
            }
            case EXIT -> {
                return functions.exit();
            }
            case FUNCTION_CALL -> {
                functions.call(Code.callTarget(pc, insn));
                return true;
            }
            case HELPER_CALL -> calls.helper((Insn.HelperCall) insn);
            case KFUNC_CALL -> {
                final Reference reference = code.reference(pc);
                calls.kfunc(reference instanceof final Reference.ToKfunc kfunc ? kfunc : null);
            }
            case REGISTER_CALL -> {
                final Insn.RegisterCall call = (Insn.RegisterCall) insn;
                return callRegister(call);
            }
            case ALU -> {
                final Insn.Alu alu = (Insn.Alu) insn;
                constantOperand(alu);
                math.alu(alu);
            }
            case MOVE -> math.move((Insn.Move) insn);
            case MOVE_SIGNED -> math.move((Insn.MoveSigned) insn);
            case NEGATE -> math.negate((Insn.Negate) insn);
            case SWAP_BYTES -> math.swap((Insn.SwapBytes) insn);
            case LOAD_IMM64 -> load(pc, (Insn.LoadImm64) insn);
            case LOAD -> load((Insn.Load) insn);
            case LOAD_ACQUIRE -> {
                final Insn.LoadAcquire load = (Insn.LoadAcquire) insn;
                accesses.atomic(load.base(), load.offset(), load.size().bytes());
                proof.write(
                        load.dst(),
                        accesses.load(load.base(), load.offset(), load.size().bytes()));
            }
            case STORE ->
                store(
                        ((Insn.Store) insn).base(),
                        ((Insn.Store) insn).offset(),
                        ((Insn.Store) insn).size().bytes(),
                        ((Insn.Store) insn).source());
            case STORE_RELEASE -> {
                final Insn.StoreRelease store = (Insn.StoreRelease) insn;
                accesses.atomic(store.base(), store.offset(), store.size().bytes());
                store(store.base(), store.offset(), store.size().bytes(), Operand.register(store.src()));
            }
            case ATOMIC -> atomic((Insn.Atomic) insn);
            case LEGACY_PACKET_LOAD ->
                throw proof.refuse(
                        Rule.UNSUPPORTED, "legacy packet load is not for XDP: read through data and data_end instead");
            case ADDRESS_SPACE_CAST ->
                throw proof.refuse(
                        Rule.UNSUPPORTED, "address space casts need an arena, which XDP programs here have not");
        }
        proof.state.pc = pc + insn.slots();
        return true;
    }

    /** What the kernel refuses of constants, though the instruction set gives it a meaning. */
    private void constantOperand(final Insn.Alu alu) {
        if (!(alu.source() instanceof final Operand.Immediate immediate)) {
            return;
        }
        final int number = immediate.value();
        switch (alu.op()) {
            case DIV, MOD, SDIV, SMOD -> {
                if (number == 0) {
                    throw proof.refuse(Rule.STRUCTURE, "r" + alu.dst() + " is divided by the constant 0");
                }
            }
            case LSH, RSH, ARSH -> {
                final int bits = alu.width() == Width.W64 ? 64 : 32;
                if (number < 0 || number >= bits) {
                    throw proof.refuse(
                            Rule.STRUCTURE,
                            "r" + alu.dst() + " is shifted by " + number + " bits (0 to " + (bits - 1) + ")");
                }
            }
            case ADD, SUB, MUL, OR, AND, XOR -> {}
        }
    }

    private void load(final int pc, final Insn.LoadImm64 load) {
        final Reference reference = code.reference(pc);
        final Reg value = switch (reference) {
            case null -> number(pc, load);
            case Reference.ToMap to -> Reg.map(code.map(pc, to.map()), 0);
            case Reference.ToMapValue to -> {
                final MapSpec map = code.map(pc, to.map());
                MapRules.checkAddress(proof, map, to.offset());
                yield Reg.mapValue(map, to.offset());
            }
            // as the linker has it: 0 where there is none, which a weak symbol may be
            case Reference.ToKsym to -> Reg.constant(code.helpers.kfunc(to.name()) == null ? 0 : 1);
            case Reference.ToKfunc _ -> Reg.UNKNOWN;
        };
        proof.write(load.dst(), value);
    }

    private Reg number(final int pc, final Insn.LoadImm64 load) {
        return switch (load.kind()) {
            case NUMBER -> Reg.constant(load.value());
            case FUNCTION -> Reg.pointer(RegType.FUNC).withRange(pc + 1 + load.low());
            default ->
                throw proof.refuse(
                        Rule.UNSUPPORTED,
                        "64-bit load refers to nothing: kind=" + load.kind() + " (name the map in the object)");
        };
    }

    private void load(final Insn.Load load) {
        final Reg value = accesses.load(load.base(), load.offset(), load.size().bytes());
        if (!load.signed()) {
            proof.write(load.dst(), value);
            return;
        }
        if (value.isPointer()) {
            throw proof.refuse(
                    Rule.CONTEXT,
                    "a pointer is loaded with sign extension: r" + load.dst() + " would be " + value.type.words);
        }
        proof.write(load.dst(), Reg.scalar(value.scalar.signExtend(load.size().bytes())));
    }

    private void store(final int base, final int offset, final int size, final Operand source) {
        final Reg value = proof.read(source);
        accesses.store(base, offset, size, value, source instanceof final Operand.Register r ? r.number() : -1);
    }

    private void atomic(final Insn.Atomic atomic) {
        final int size = atomic.width() == Width.W64 ? 8 : 4;
        final Reg value = proof.read(atomic.src());
        if (atomic.op() == AtomicOp.CMPXCHG) {
            notAPointer(0, proof.read(0));
        }
        notAPointer(atomic.src(), value);
        accesses.atomic(atomic.base(), atomic.offset(), size);
        final @Nullable Reg old = accesses.load(atomic.base(), atomic.offset(), size);
        if (old.isPointer()) {
            throw proof.refuse(Rule.POINTER_LEAK, "an atomic operation works on a spilled pointer: " + old);
        }
        accesses.store(atomic.base(), atomic.offset(), size, Reg.UNKNOWN, -1);
        proof.state.current.stackFrame = -1;
        if (atomic.fetch()) {
            proof.write(atomic.op() == AtomicOp.CMPXCHG ? 0 : atomic.src(), Reg.scalar(Scalar.ofSize(size)));
        }
    }

    private void notAPointer(final int register, final Reg reg) {
        if (reg.isPointer()) {
            throw proof.refuse(
                    Rule.POINTER_LEAK,
                    "r" + register + " goes into memory by an atomic operation, but it is " + reg.type.words);
        }
    }

    private boolean callRegister(final Insn.RegisterCall call) {
        final Reg target = proof.read(call.register());
        if (target.type == RegType.FUNC) {
            functions.call(target.range);
            return true;
        }
        if (target.isConstant() && target.scalar.value() == (int) target.scalar.value()) {
            proof.precise(call.register());
            calls.helper(new Insn.HelperCall((int) target.scalar.value()));
            proof.state.pc = proof.pc() + 1;
            return true;
        }
        throw proof.refuse(
                Rule.UNKNOWN_FUNCTION,
                "call through r" + call.register() + ", which is " + target
                        + ": it has to be a function's address, or a helper's number");
    }
}
