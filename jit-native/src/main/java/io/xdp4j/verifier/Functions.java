package io.xdp4j.verifier;

import io.xdp4j.vm.Execution;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Functions of the program's: calls, callbacks, and their ends.
 *
 * <p>Source: {@code check_func_call()}, {@code push_callback_call()}, {@code prepare_func_exit()} in {@code
 * kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Functions {

    private final Proof proof;
    private final Accesses accesses;
    private final Set<String> later = new HashSet<>();

    Functions(final Proof proof, final Accesses accesses) {
        this.proof = proof;
        this.accesses = accesses;
    }

    void call(final int target) {
        final Code.Function function = proof.code.function(target);
        if (function.global()) {
            callGlobal(function);
            return;
        }
        final Frame callee = enter(proof.state, target, proof.pc(), null);
        final Frame caller = proof.state.frame(proof.state.frameCount() - 2);
        for (int r = 1; r <= 5; r++) {
            callee.regs[r] = caller.regs[r];
        }
        for (int r = 0; r <= 5; r++) {
            caller.regs[r] = Reg.NOT_INIT;
            caller.preciseRegs &= ~(1 << r);
        }
        proof.state.current.entered = true;
        proof.state.pc = target;
    }

    private Frame enter(
            final State state,
            final int target,
            final int callSite,
            final @org.jspecify.annotations.Nullable Callback callback) {
        if (state.frameCount() == Execution.FRAMES) {
            throw proof.refuse(
                    Rule.STACK_DEPTH,
                    "calls are nested too deep: " + proof.code.function(target).name() + " would be frame "
                            + (Execution.FRAMES + 1) + " (limit " + Execution.FRAMES + "; recursion has no end)");
        }
        final Frame callee = new Frame(target, callSite, callback);
        callee.regs[10] = Reg.stack(state.frameCount());
        callee.referencesBefore = state.referenceCount();
        callee.callbackRun = proof.newId();
        state.push(callee);
        return callee;
    }

    // ---- global functions: proved once, by themselves ----

    private void callGlobal(final Code.Function function) {
        if (proof.state.lockId != 0) {
            throw proof.refuse(
                    Rule.LOCK,
                    "global function " + function.name() + " is called while a spin lock is held: make it static");
        }
        final Signature signature = Signature.of(proof.code, function);
        for (int i = 0; i < signature.parameters().size(); i++) {
            argument(function, i + 1, signature.parameters().get(i));
        }
        for (int r = 0; r <= 5; r++) {
            proof.state.reg(r, Reg.NOT_INIT);
        }
        proof.write(0, signature.returns() ? Reg.UNKNOWN : Reg.NOT_INIT);
        if (proof.code.changesPacket(function)) {
            Calls.forgetPacket(proof.state);
        }
        proof.wantGlobal(function);
        proof.state.pc++;
    }

    private void argument(final Code.Function function, final int register, final Signature.Parameter wanted) {
        final Reg reg = proof.read(register);
        final String what = "argument " + register + " of " + function.name();
        switch (wanted.kind()) {
            case NUMBER -> {
                if (!reg.isScalar()) {
                    throw proof.refuse(Rule.ARGUMENT, what + " has to be a number, but it is " + reg);
                }
            }
            case CONTEXT -> {
                if (reg.type != RegType.CTX || reg.offset != 0) {
                    throw proof.refuse(Rule.ARGUMENT, what + " has to be the context, but it is " + reg);
                }
            }
            case MEMORY -> {
                if (reg.isZero() && wanted.nullable()) {
                    proof.precise(register);
                    return;
                }
                final Reg memory = wanted.nullable() ? reg.without(Reg.NULLABLE) : reg;
                if (!memory.isPointer() || memory.is(Reg.NULLABLE)) {
                    throw proof.refuse(
                            memory.isPointer() ? Rule.NULL_POINTER : Rule.ARGUMENT,
                            what + " has to be a pointer to " + wanted.size() + " bytes, but it is " + reg);
                }
                if ((memory.isPacket() || memory.is(Reg.OF_PACKET)) && proof.code.changesPacket(function)) {
                    throw proof.refuse(
                            Rule.ARGUMENT,
                            what + " lies in the packet, which " + function.name()
                                    + " may move: copy it to the stack, or make the function static");
                }
                if (memory.type == RegType.STACK) {
                    accesses.stack().readRange(register, memory, wanted.size(), true, false);
                } else {
                    accesses.checkRange(register, memory, 0, wanted.size(), false);
                    accesses.checkRange(register, memory, 0, wanted.size(), true);
                }
            }
        }
    }

    // ---- callbacks ----

    /** The function that a helper calls, again and again: one path goes through it. */
    void callBack(final Call call) {
        final Frame caller = proof.state.top();
        if (call.is("loop")) {
            proof.precise(1);
            final Reg count = proof.state.reg(1);
            if (count.isScalar() && Long.compareUnsigned(caller.callbackDepth, count.scalar.umax) >= 0) {
                endRuns(caller);
                return;
            }
        }
        final State other = proof.fork(call.function);
        final History node = new History(proof.state.history, proof.pc());
        node.entered = true;
        other.history = node;
        other.top().callbackDepth++;
        endRuns(caller);
        final Frame callee = enter(other, call.function, proof.pc(), new Callback(call.name(), 0, 1, false));
        give(call, callee);
    }

    /** The helper is left: if it is called again, its runs are others. */
    private void endRuns(final Frame caller) {
        caller.callbackDepth = 0;
        caller.callbackRun = proof.newId();
    }

    private void give(final Call call, final Frame callee) {
        switch (call.callee.name()) {
            case "for_each_map_elem" -> {
                giveElement(call, callee);
                callee.regs[4] = call.context;
            }
            case "user_ringbuf_drain" -> {
                callee.regs[1] = Reg.pointer(RegType.DYNPTR).with(Reg.READ_ONLY);
                callee.regs[2] = call.context;
            }
            default -> {
                callee.regs[1] = Reg.UNKNOWN;
                callee.regs[2] = call.context;
            }
        }
    }

    private void giveElement(final Call call, final Frame callee) {
        final var map = Objects.requireNonNull(call.map);
        callee.regs[1] = Reg.map(map, Objects.requireNonNull(call.mapReg).owner);
        callee.regs[2] = new Reg(RegType.MAP_KEY, Reg.READ_ONLY, Scalar.ZERO, 0, 0, 0, 0, map, 0);
        // an id of its own: its lock is not that of another element
        callee.regs[3] = Reg.mapValue(map, 0).withId(proof.newId());
    }

    /** A timer's function runs by itself: it is followed from its start, once for each map. */
    void callLater(final Call call) {
        final Reg timer = Objects.requireNonNull(call.memory);
        final var map = Objects.requireNonNull(timer.map);
        if (!later.add(call.function + " " + map.name())) {
            return;
        }
        final Frame frame = new Frame(call.function, -1, new Callback(call.name(), 0, 0, true));
        frame.regs[10] = Reg.stack(0);
        call.map = map;
        call.mapReg = timer;
        giveElement(call, frame);
        final State other = new State(frame);
        other.pc = call.function;
        proof.waiting.addLast(other);
    }

    // ---- ends ----

    /** Whether the path goes on in a caller. */
    boolean exit() {
        final Frame top = proof.state.top();
        if (proof.state.frameCount() == 1) {
            end(top);
            return false;
        }
        final Reg result = top.regs[0];
        final Callback callback = top.callback;
        if (result.type == RegType.STACK && result.range == proof.state.frameCount() - 1) {
            throw proof.refuse(Rule.POINTER_LEAK, "the function returns a pointer to its own stack, which ends here");
        }
        if (callback != null) {
            leaveCallback(callback, top);
            return true;
        }
        proof.state.pop();
        proof.state.reg(0, top.tailCalled ? Reg.UNKNOWN : result);
        if (top.tailCalled) {
            Calls.forgetPacket(proof.state);
        }
        proof.state.pc = top.callSite + 1;
        return true;
    }

    private void leaveCallback(final Callback callback, final Frame top) {
        checkResult(callback);
        if (proof.state.referenceCount() != top.referencesBefore) {
            throw proof.refuse(
                    Rule.REFERENCE,
                    "the callback of " + callback.name() + " ends holding what it took: release it in the callback");
        }
        if (proof.state.lockId != 0) {
            throw proof.refuse(Rule.LOCK, "the callback of " + callback.name() + " ends while a spin lock is held");
        }
        proof.state.current.leftCallback = true;
        proof.state.pop();
        proof.state.pc = top.callSite;
        Widening.previousAt(proof.state, top.callSite).widen(proof.state);
    }

    private void checkResult(final Callback callback) {
        final Reg result = proof.read(0);
        if (!result.isScalar()) {
            throw proof.refuse(
                    Rule.RETURN_VALUE,
                    "the callback of " + callback.name() + " has to return a number, but r0 is " + result);
        }
        proof.precise(0);
        if (result.scalar.smin < callback.least() || result.scalar.smax > callback.most()) {
            throw proof.refuse(
                    Rule.RETURN_VALUE,
                    "the callback of " + callback.name() + " has to return "
                            + (callback.most() == 0 ? "0" : "0 (go on) or 1 (stop)") + ", but r0 is " + result);
        }
    }

    private void end(final Frame top) {
        final Callback callback = top.callback;
        final Reg result = proof.read(0);
        if (callback != null) {
            checkResult(callback);
        } else if (result.isPointer()) {
            throw proof.refuse(
                    Rule.POINTER_LEAK,
                    (top.start == 0 ? "the program returns " : "the global function returns ") + result.type.words
                            + (top.start == 0 ? " as its verdict" : ", but has to return a number")
                            + ": r0 is " + result);
        }
        checkNothingHeld("the program ends");
    }

    private void checkNothingHeld(final String when) {
        final State state = proof.state;
        if (state.lockId != 0) {
            throw proof.refuse(Rule.LOCK, when + " while a spin lock is held: call bpf_spin_unlock on every path");
        }
        if (state.rcuDepth != 0 || state.preemptDepth != 0) {
            throw proof.refuse(
                    Rule.LOCK,
                    when + " inside of a region of "
                            + (state.rcuDepth != 0 ? "bpf_rcu_read_lock" : "bpf_preempt_disable") + ": leave it first");
        }
        if (state.referenceCount() > 0) {
            throw proof.refuse(
                    Rule.REFERENCE,
                    when + " holding what pc=" + state.takenAt(0)
                            + " took: release it on every path (bpf_ringbuf_submit or _discard, bpf_sk_release, the"
                            + " iterator's destroy)");
        }
    }

    /** A tail call does not come back: nothing may be held. */
    void checkTailCall() {
        final Callback callback = proof.state.top().callback;
        if (callback != null) {
            throw proof.refuse(
                    Rule.ARGUMENT,
                    "a tail call in the callback of " + callback.name()
                            + " would give that helper another program's verdict: make it where the helper is called");
        }
        checkNothingHeld("a tail call leaves the program");
    }
}
