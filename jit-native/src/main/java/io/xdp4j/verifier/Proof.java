package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Operand;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What the rules work on: the program, the state of the path at hand, and the paths that are still to be followed. */
final class Proof {

    final Code code;
    final Precision precision;
    final FactTable facts;
    /** Paths that wait, the newest first. */
    final Deque<State> waiting = new ArrayDeque<>();

    State state;
    private int lastId;
    /** Bytes of stack that each function uses, by its index. */
    private final int[] stack;
    /** Takes the global functions that are called: they are proved by themselves. */
    private final Consumer<Code.Function> globals;

    Proof(
            final Code code,
            final FactTable facts,
            final State first,
            final int[] stack,
            final Consumer<Code.Function> globals) {
        this.code = code;
        this.stack = stack;
        this.globals = globals;
        this.facts = facts;
        this.precision = new Precision(code);
        this.state = first;
    }

    /** Stack down to so many bytes below the frame pointer of a frame is used. */
    void usesStack(final int frame, final int bytes) {
        final int function = code.function(state.frame(frame).start).index();
        stack[function] = Math.max(stack[function], bytes);
    }

    void wantGlobal(final Code.Function function) {
        globals.accept(function);
    }

    int newId() {
        return ++lastId;
    }

    int pc() {
        return state.pc;
    }

    Refusal refuse(final Rule rule, final String message) {
        return new Refusal(rule, state.pc, message);
    }

    /** The value of a register that is read. */
    Reg read(final int register) {
        final Reg reg = state.reg(register);
        if (reg.type == RegType.NOT_INIT) {
            throw refuse(
                    Rule.UNINITIALISED_REGISTER,
                    "r" + register + " is read, but nothing was written to it on this path" + hint(register));
        }
        return reg;
    }

    private static String hint(final int register) {
        if (register == 0) {
            return ": set r0 to the verdict before exit";
        }
        return register <= 5
                ? ": calls overwrite r1 to r5, keep the value in r6 to r9 or on the stack"
                : ": assign it first";
    }

    /** The value of an operand; a number for an immediate. */
    Reg read(final Operand operand) {
        return operand instanceof final Operand.Register register
                ? read(register.number())
                : Reg.constant(((Operand.Immediate) operand).value());
    }

    void write(final int register, final Reg reg) {
        if (register == 10) {
            throw refuse(
                    Rule.POINTER_ARITHMETIC,
                    "r10 is written, but the frame pointer cannot be changed: copy it to another register first");
        }
        state.reg(register, reg);
    }

    /** The decision that follows rests on this register's number. */
    void precise(final int register) {
        precision.mark(state, register);
    }

    void precise(final Operand operand) {
        if (operand instanceof final Operand.Register register) {
            precise(register.number());
        }
    }

    /** Starts another path: the state at hand, after this instruction, at {@code pc}. */
    State fork(final int pc) {
        final State other = state.copy();
        other.history = state.current;
        other.pc = pc;
        push(other);
        return other;
    }

    void push(final State other) {
        if (other.parent != null) {
            other.parent.branches++;
        }
        waiting.push(other);
        if (waiting.size() > Exploration.MAX_WAITING) {
            throw refuse(
                    Rule.COMPLEXITY,
                    "too many branches wait to be followed: waiting=" + waiting.size() + " (limit "
                            + Exploration.MAX_WAITING + "; split the program with tail calls)");
        }
    }
}
