package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.vm.HelperSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Calls of helpers and kfuncs: what they want, and what they leave.
 *
 * <p>Source: {@code check_helper_call()}, {@code check_kfunc_call()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Calls {

    private static final int CALLER_SAVED = 6;

    private final Proof proof;
    private final Arguments arguments;
    private final Functions functions;

    Calls(final Proof proof, final Accesses accesses, final Functions functions) {
        this.proof = proof;
        this.arguments = new Arguments(proof, accesses);
        this.functions = functions;
    }

    void helper(final Insn.HelperCall insn) {
        final HelperSpec callee = proof.code.helpers.helper(insn.id());
        final String poison = proof.code.spec.poisoned().get(proof.pc());
        if (poison != null) {
            throw proof.refuse(Rule.UNKNOWN_FUNCTION, "CO-RE relocation failed: " + poison);
        }
        if (callee == null) {
            throw proof.refuse(Rule.UNKNOWN_FUNCTION, proof.code.helpers.refusal(insn.id()));
        }
        call(callee);
    }

    void kfunc(final Reference.@Nullable ToKfunc reference) {
        if (reference == null) {
            throw proof.refuse(Rule.UNKNOWN_FUNCTION, "kernel function called by number (name it in the object)");
        }
        final HelperSpec callee = proof.code.helpers.kfunc(reference.name());
        if (callee == null) {
            throw proof.refuse(Rule.UNKNOWN_FUNCTION, proof.code.helpers.refusal(reference.name()));
        }
        call(callee);
    }

    private void call(final HelperSpec callee) {
        Locks.checkCall(proof, callee);
        final Call call = arguments.check(callee);
        proof.facts.call(proof.pc(), call);
        if (call.is("tail_call")) {
            functions.checkTailCall();
        }
        before(call);
        final Reg previous = callsBack(call) ? Reg.ZERO : result(call);
        if (callsBack(call)) {
            functions.callBack(call);
        }
        final Widening.Previous earlier = Widening.previous(proof.state);
        for (int r = 0; r < CALLER_SAVED; r++) {
            proof.state.reg(r, Reg.NOT_INIT);
        }
        after(call, callsBack(call) ? loopResult(call) : previous, earlier);
        if (call.is("tail_call")) {
            // where it comes back nothing was run; where it does not, the caller finds the packet moved
            proof.state.top().tailCalled = true;
        } else if (callee.changesPacket()) {
            forgetPacket(proof.state);
        }
    }

    private static boolean callsBack(final Call call) {
        return PrunePoints.callsBack(call.callee);
    }

    /** Locks, references and dynptrs that the call takes or releases. */
    private void before(final Call call) {
        switch (call.callee.name()) {
            case "spin_lock" -> Locks.take(proof, Objects.requireNonNull(call.memory));
            case "spin_unlock" -> Locks.release(proof, Objects.requireNonNull(call.memory));
            case "ringbuf_submit", "ringbuf_discard", "sk_release" ->
                release(call, Objects.requireNonNull(call.released));
            case "ringbuf_submit_dynptr", "ringbuf_discard_dynptr" ->
                releaseDynptr(call, Objects.requireNonNull(call.dynptr));
            case "timer_init" -> timer(call);
            case "timer_set_callback" -> functions.callLater(call);
            case "bpf_rcu_read_lock" -> proof.state.rcuDepth++;
            case "bpf_rcu_read_unlock" -> {
                if (--proof.state.rcuDepth < 0) {
                    throw proof.refuse(Rule.LOCK, "bpf_rcu_read_unlock without bpf_rcu_read_lock before it");
                }
            }
            case "bpf_preempt_disable" -> proof.state.preemptDepth++;
            case "bpf_preempt_enable" -> {
                if (--proof.state.preemptDepth < 0) {
                    throw proof.refuse(Rule.LOCK, "bpf_preempt_enable without bpf_preempt_disable before it");
                }
            }
            default -> {}
        }
    }

    private void timer(final Call call) {
        final Reg timer = Objects.requireNonNull(call.memory);
        if (!Reg.sameMap(timer.map, call.map)) {
            throw proof.refuse(
                    Rule.ARGUMENT,
                    "argument 2 of bpf_timer_init has to be the map that the timer lies in: timer in "
                            + Objects.requireNonNull(timer.map).name() + ", map="
                            + Objects.requireNonNull(call.map).name());
        }
    }

    private void release(final Call call, final Reg released) {
        if (released.reference == 0 || !proof.state.release(released.reference)) {
            throw proof.refuse(
                    Rule.REFERENCE,
                    "argument 1 of " + call.name() + " is not held: it was released before, or was given by nobody");
        }
        proof.state.changeAll(
                reg -> reg.reference == released.reference && reg.type != RegType.DYNPTR ? Reg.RELEASED : reg);
    }

    private void releaseDynptr(final Call call, final Reg dynptr) {
        if (dynptr.reference == 0) {
            throw proof.refuse(
                    Rule.DYNPTR,
                    "argument 1 of " + call.name() + " is no dynptr of bpf_ringbuf_reserve_dynptr: nothing to release");
        }
        arguments.dynptrs().release(dynptr);
    }

    /** What the call leaves in r0. */
    private Reg result(final Call call) {
        return switch (call.callee.result()) {
            // as in the kernel, whose prototype has no result
            case INTEGER -> call.is("tail_call") ? Reg.NOT_INIT : number(call);
            case VOID -> Reg.NOT_INIT;
            case PTR_TO_MAP_VALUE_OR_NULL -> value(call);
            case PTR_TO_MEM_OR_NULL -> memory(call);
            case PTR_TO_BTF_ID_OR_NULL -> {
                final int id = proof.newId();
                proof.state.acquire(id);
                yield Reg.pointer(RegType.OBJECT).withId(id).withReference(id).with(Reg.NULLABLE);
            }
        };
    }

    private static Reg number(final Call call) {
        return switch (call.callee.name()) {
            case "get_smp_processor_id" -> Reg.scalar(Scalar.unsigned(0, 4095));
            case "get_prandom_u32" -> Reg.scalar(Scalar.ofSize(4));
            default -> Reg.UNKNOWN;
        };
    }

    /** A callback's helper may answer any number. */
    private static Reg loopResult(final Call call) {
        return call.callee.result() == io.xdp4j.vm.ReturnType.VOID ? Reg.NOT_INIT : Reg.UNKNOWN;
    }

    private Reg value(final Call call) {
        final MapSpec map = Objects.requireNonNull(call.map);
        final Reg found =
                Reg.mapValue(map, 0).withId(proof.newId()).withOwner(Objects.requireNonNull(call.mapReg).owner);
        final boolean array = map.type() == MapType.ARRAY || map.type() == MapType.PERCPU_ARRAY;
        if (array && call.constantKey >= 0 && call.constantKey < Integer.toUnsignedLong(map.maxEntries())) {
            return found;
        }
        return found.with(Reg.NULLABLE);
    }

    private Reg memory(final Call call) {
        return switch (call.callee.name()) {
            case "ringbuf_reserve" -> {
                final int id = proof.newId();
                proof.state.acquire(id);
                yield Reg.memory(call.size).withId(id).withReference(id).with(Reg.NULLABLE | Reg.RECORD);
            }
            case "dynptr_data" -> slice(call, 0);
            case "bpf_dynptr_slice" -> slice(call, Reg.READ_ONLY);
            case "bpf_dynptr_slice_rdwr" -> slice(call, 0);
            case "bpf_iter_num_next" -> Reg.memory(4).withId(proof.newId()).with(Reg.READ_ONLY);
            default -> {
                if (call.size < 0) {
                    throw proof.refuse(
                            Rule.ARGUMENT, call.name() + " gives memory of a size that its prototype does not say");
                }
                yield Reg.memory(call.size).withId(proof.newId()).with(Reg.NULLABLE);
            }
        };
    }

    private Reg slice(final Call call, final int flags) {
        final Reg dynptr = Objects.requireNonNull(call.dynptr);
        final int packet = dynptr.is(Reg.OF_PACKET) ? Reg.OF_PACKET : 0;
        final Reg buffer = call.memory;
        final int place = buffer == null ? 0 : SliceBuffer.of(buffer, call.size);
        if (place != 0) {
            // numbers were put there by this call, which is what the slice may be
            proof.state.buffers = true;
            SliceBuffer.forgetWrites(proof.state);
        }
        return Reg.memory(call.size)
                .withId(proof.newId())
                .withReference(dynptr.reference)
                .withOwner(dynptr.id)
                .with(Reg.NULLABLE | flags | packet | place);
    }

    private void after(final Call call, final Reg result, final Widening.Previous earlier) {
        final Reg iterator = call.iterator;
        if (iterator != null) {
            if (call.callee.name().endsWith("_next")) {
                arguments.iterators().next(iterator, call.iteratorSize, result, earlier);
                return;
            }
            if (call.callee.name().endsWith("_new")) {
                arguments.iterators().begin(iterator, call.iteratorSize);
            } else {
                arguments.iterators().end(iterator, call.iteratorSize);
            }
        }
        final Reg dynptr = call.newDynptr;
        if (dynptr != null) {
            setUp(call, dynptr);
        }
        proof.write(0, result);
    }

    private void setUp(final Call call, final Reg place) {
        switch (call.callee.name()) {
            case "ringbuf_reserve_dynptr" -> {
                final int reference = proof.newId();
                proof.state.acquire(reference);
                arguments.dynptrs().put(place, 0, reference);
            }
            case "bpf_dynptr_from_xdp" -> arguments.dynptrs().put(place, Reg.OF_PACKET, 0);
            case "bpf_dynptr_clone" -> {
                final Reg from = Objects.requireNonNull(call.dynptr);
                arguments.dynptrs().put(place, from.flags & ~Reg.SECOND, from.reference);
            }
            default -> {
                final Reg memory = Objects.requireNonNull(call.memory);
                if (memory.type != RegType.MAP_VALUE) {
                    throw proof.refuse(
                            Rule.DYNPTR,
                            call.name() + " takes memory in a map's value, but it is " + memory.type.words);
                }
                arguments.dynptrs().put(place, 0, 0);
            }
        }
    }

    /** Packet pointers, and slices of the packet, are worthless once a helper may have moved the packet. */
    static void forgetPacket(final State state) {
        state.changeAll(reg ->
                reg.isPacket() || reg.type == RegType.PACKET_END || (reg.type == RegType.MEM && reg.is(Reg.OF_PACKET))
                        ? Reg.FORGOTTEN_PACKET
                        : reg);
    }
}
