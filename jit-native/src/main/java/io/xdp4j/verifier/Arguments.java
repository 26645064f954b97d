package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.vm.Argument;
import io.xdp4j.vm.ArgumentType;
import io.xdp4j.vm.HelperSpec;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of helpers and kfuncs, proved one by one against the prototype.
 *
 * <p>Source: {@code check_func_arg()}, {@code check_helper_mem_access()}, {@code check_mem_size_reg()} in {@code
 * kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Arguments {

    private static final long MAX_SIZE = 1L << 29;

    /** Helpers that take packet memory: those whose prototypes say {@code pkt_access}. */
    private static final Set<String> PACKET_ACCESS = Set.of(
            "map_lookup_elem",
            "map_update_elem",
            "map_delete_elem",
            "map_push_elem",
            "map_pop_elem",
            "map_peek_elem",
            "map_lookup_percpu_elem",
            "csum_diff",
            "sk_lookup_tcp",
            "sk_lookup_udp",
            "skc_lookup_tcp",
            "tcp_check_syncookie",
            "tcp_gen_syncookie",
            "tcp_raw_gen_syncookie_ipv4",
            "tcp_raw_gen_syncookie_ipv6",
            "tcp_raw_check_syncookie_ipv4",
            "tcp_raw_check_syncookie_ipv6");

    private final Proof proof;
    private final Accesses accesses;
    private final Dynptrs dynptrs;
    private final Iterators iterators;

    Arguments(final Proof proof, final Accesses accesses) {
        this.proof = proof;
        this.accesses = accesses;
        this.dynptrs = new Dynptrs(proof);
        this.iterators = new Iterators(proof);
    }

    Dynptrs dynptrs() {
        return dynptrs;
    }

    Iterators iterators() {
        return iterators;
    }

    /** Proves all arguments of a call. */
    Call check(final HelperSpec callee) {
        final Call call = new Call(callee);
        final List<Argument> arguments = callee.arguments();
        for (int i = 0; i < arguments.size(); i++) {
            if (arguments.get(i).type() == ArgumentType.DONTCARE) {
                continue;
            }
            final Reg reg = proof.read(i + 1);
            check(call, i + 1, arguments.get(i), reg, i + 1 < arguments.size() ? arguments.get(i + 1) : null);
        }
        return call;
    }

    private void check(
            final Call call,
            final int register,
            final Argument argument,
            final Reg reg,
            final @Nullable Argument following) {
        if (reg.isPointer() && reg.is(Reg.NULLABLE) && argument.type() != ArgumentType.ANYTHING) {
            throw proof.refuse(
                    Rule.NULL_POINTER,
                    what(call, register) + " may be null: compare it with 0 first (it is " + reg + ")");
        }
        switch (argument.type()) {
            case ANYTHING, DONTCARE -> {}
            case CONST_MAP_PTR -> map(call, register, reg);
            case PTR_TO_MAP_KEY -> {
                memory(call, register, reg, map(call).keySize(), Access.READ);
                if (call.is("map_lookup_elem")) {
                    call.constantKey = constantKey(reg, map(call));
                }
            }
            case PTR_TO_MAP_VALUE -> memory(call, register, reg, map(call).valueSize(), Access.READ);
            case PTR_TO_UNINIT_MAP_VALUE ->
                memory(call, register, reg, map(call).valueSize(), Access.FILL);
            case PTR_TO_MEM, PTR_TO_MEM_OR_NULL, PTR_TO_WRITABLE_MEM, PTR_TO_UNINIT_MEM ->
                sized(call, register, argument, reg, following);
            case CONST_SIZE, CONST_SIZE_OR_ZERO -> {}
            case CONST_ALLOC_SIZE_OR_ZERO -> constantSize(call, register, reg);
            case PTR_TO_STACK_OR_NULL -> {
                if (reg.type != RegType.STACK && !reg.isZero()) {
                    throw wrong(call, register, reg, "a stack pointer or null");
                }
                proof.precise(register);
                call.context = reg;
            }
            case PTR_TO_CTX -> context(call, register, reg);
            case PTR_TO_FUNC -> {
                if (reg.type != RegType.FUNC) {
                    throw wrong(call, register, reg, "a function of the program's");
                }
                call.function = reg.range;
            }
            case PTR_TO_RINGBUF_MEM -> record(call, register, reg);
            case PTR_TO_SPIN_LOCK -> field(call, register, reg, "bpf_spin_lock");
            case PTR_TO_TIMER -> field(call, register, reg, "bpf_timer");
            case PTR_TO_DYNPTR -> call.dynptr = dynptrs.check(register, reg);
            case PTR_TO_UNINIT_DYNPTR -> {
                dynptrs.checkFree(register, reg);
                call.newDynptr = reg;
            }
            case PTR_TO_SOCK_COMMON -> {
                if (reg.type != RegType.OBJECT) {
                    throw wrong(call, register, reg, "a socket");
                }
                call.released = reg;
            }
            case PTR_TO_ITERATOR -> {
                iterators.check(register, reg, call.callee, argument.size());
                call.iterator = reg;
                call.iteratorSize = argument.size();
            }
            case PTR_TO_CONST_STR -> {
                if (reg.type != RegType.MAP_VALUE || !accesses.values().isString(reg)) {
                    throw wrong(call, register, reg, "a string constant of the program's, NUL-terminated, in .rodata");
                }
            }
        }
    }

    private MapSpec map(final Call call) {
        return Objects.requireNonNull(call.map, "the prototype has no map before a key or value");
    }

    private void map(final Call call, final int register, final Reg reg) {
        if (reg.type != RegType.MAP || reg.map == null) {
            throw wrong(call, register, reg, "a map");
        }
        call.mapReg = reg;
        call.map = reg.map;
        MapRules.check(proof, call, reg.map);
    }

    private void context(final Call call, final int register, final Reg reg) {
        if (reg.type != RegType.CTX || reg.offset != 0 || !reg.scalar.isConstant(0)) {
            throw wrong(call, register, reg, "the context, as the program was given it");
        }
    }

    private void record(final Call call, final int register, final Reg reg) {
        if (reg.type != RegType.MEM || !reg.is(Reg.RECORD)) {
            throw wrong(call, register, reg, "a record that bpf_ringbuf_reserve gave");
        }
        if (reg.offset != 0 || !reg.scalar.isConstant(0)) {
            throw wrong(call, register, reg, "the record's start, unmoved");
        }
        call.released = reg;
    }

    private void field(final Call call, final int register, final Reg reg, final String type) {
        if (reg.type != RegType.MAP_VALUE || reg.map == null) {
            throw wrong(call, register, reg, "a struct " + type + " in a map's value");
        }
        final int at = accesses.values().fields(reg.map).offsetOf(type);
        if (at < 0 || !reg.scalar.isConstant() || reg.offset + reg.scalar.value() != at) {
            throw proof.refuse(
                    type.equals("bpf_timer") ? Rule.ARGUMENT : Rule.LOCK,
                    what(call, register) + " is no " + type + ": " + reg
                            + (at < 0
                                    ? ", and the value of map " + reg.map.name()
                                            + " has none (declare the value's type with BTF)"
                                    : ", but it lies at " + at));
        }
        call.memory = reg;
    }

    private void constantSize(final Call call, final int register, final Reg reg) {
        if (!reg.isConstant() || reg.scalar.value() < 0 || reg.scalar.value() >= MAX_SIZE) {
            throw wrong(call, register, reg, "a constant size");
        }
        proof.precise(register);
        call.size = (int) reg.scalar.value();
    }

    // ---- memory ----

    /** How a function uses the memory that it is given. */
    private enum Access {
        READ,
        /** What is there counts, and is changed. */
        WRITE,
        /** What is there does not count. */
        FILL
    }

    private void sized(
            final Call call,
            final int register,
            final Argument argument,
            final Reg reg,
            final @Nullable Argument following) {
        final boolean slice = call.is("bpf_dynptr_slice") || call.is("bpf_dynptr_slice_rdwr");
        final Access access = switch (argument.type()) {
            case PTR_TO_WRITABLE_MEM -> Access.WRITE;
            case PTR_TO_UNINIT_MEM -> Access.FILL;
            // a slice's buffer takes the bytes where they do not lie in one piece
            default -> slice ? Access.WRITE : Access.READ;
        };
        if (argument.type() == ArgumentType.PTR_TO_UNINIT_MEM || call.memory == null) {
            call.memory = reg;
        }
        if (argument.size() != 0) {
            if (access != Access.READ && Integer.bitCount(argument.size()) == 1) {
                // a number that the function writes at once: MEM_ALIGNED in the kernel's prototypes
                accesses.aligned(register, reg, 0, argument.size());
            }
            memory(call, register, reg, argument.size(), access);
            return;
        }
        final boolean zeroAllowed = following != null && following.type() == ArgumentType.CONST_SIZE_OR_ZERO;
        final Reg size = proof.read(register + 1);
        if (slice && !size.isConstant()) {
            throw proof.refuse(Rule.DYNPTR, call.name() + " needs a constant size: r" + (register + 1) + " is " + size);
        }
        if (argument.type() == ArgumentType.PTR_TO_MEM_OR_NULL && reg.isZero()) {
            proof.precise(register);
            checkSize(call, register + 1, size, true);
            if (slice) {
                call.size = (int) size.scalar.umax;
            } else if (size.scalar.umax != 0) {
                throw proof.refuse(
                        Rule.NULL_POINTER, what(call, register) + " is null, but the size behind it is not 0: " + size);
            }
            proof.precise(register + 1);
            return;
        }
        checkSize(call, register + 1, size, zeroAllowed);
        proof.precise(register + 1);
        // the interpreter and the kernel hold sizes in 32 bits; the upper half is 0 here
        final int most = (int) size.scalar.umax;
        if (slice) {
            call.size = most;
        }
        memory(call, register, reg, most, size.isConstant() || access != Access.FILL ? access : Access.WRITE);
    }

    private void checkSize(final Call call, final int register, final Reg size, final boolean zeroAllowed) {
        if (!size.isScalar()) {
            throw wrong(call, register, size, "a size in bytes");
        }
        if (size.scalar.smin < 0) {
            throw proof.refuse(
                    Rule.ARGUMENT,
                    what(call, register) + " is a size that may be negative: " + size
                            + " (make it unsigned, or mask it: size &= limit)");
        }
        if (size.scalar.umin == 0 && !zeroAllowed) {
            throw proof.refuse(
                    Rule.ARGUMENT, what(call, register) + " is a size that may be 0, which is not allowed: " + size);
        }
        if (Long.compareUnsigned(size.scalar.umax, MAX_SIZE) >= 0) {
            throw proof.refuse(
                    Rule.ARGUMENT,
                    what(call, register) + " is a size without an upper bound: " + size
                            + " (compare it with the limit first)");
        }
    }

    private void memory(final Call call, final int register, final Reg reg, final int size, final Access access) {
        if (reg.type == RegType.STACK) {
            switch (access) {
                case READ -> accesses.stack().readRange(register, reg, size, false, prints(call));
                case WRITE -> accesses.stack().readRange(register, reg, size, true, false);
                case FILL -> accesses.stack().writeRange(register, reg, size);
            }
            return;
        }
        switch (reg.type) {
            case PACKET, PACKET_META -> {
                if (call.callee.id() != 0 && !PACKET_ACCESS.contains(call.callee.name())) {
                    throw proof.refuse(
                            Rule.ARGUMENT,
                            what(call, register) + " is packet memory, which " + call.name()
                                    + " does not take: copy the bytes to the stack first");
                }
            }
            case MAP_VALUE, MAP_KEY, MEM -> {}
            default -> throw wrong(call, register, reg, "a pointer to memory");
        }
        if (size > 0) {
            accesses.checkRange(register, reg, 0, size, access != Access.READ);
        }
    }

    /** Whether the call prints what it is given, so that strings are given by their addresses. */
    private static boolean prints(final Call call) {
        return call.is("trace_vprintk") || call.is("snprintf");
    }

    /** A key of an array that is known: the look-up cannot fail. */
    private long constantKey(final Reg reg, final MapSpec map) {
        if (reg.type != RegType.STACK || !reg.scalar.isConstant(0) || map.keySize() != 4 || (reg.offset & 3) != 0) {
            return -1;
        }
        final int index = StackRules.slotOf(reg.offset);
        final Slot slot = proof.state.frame(reg.range).slot(index);
        final Reg spilled = slot.reg();
        if (StackRules.byteOf(reg.offset) == 0 && slot.isSpill() && slot.spillSize() >= 4 && spilled != null) {
            if (!spilled.isScalar() || !spilled.scalar.zeroExtend32().isConstant()) {
                return -1;
            }
            proof.precision.markSlot(proof.state, reg.range, index);
            return spilled.scalar.value() & Scalar.LOW;
        }
        for (int i = 0; i < 4; i++) {
            if (slot.kind(StackRules.byteOf(reg.offset) + i) != Slot.ZERO) {
                return -1;
            }
        }
        return 0;
    }

    private Refusal wrong(final Call call, final int register, final Reg reg, final String wanted) {
        return proof.refuse(
                Rule.ARGUMENT,
                what(call, register) + " has to be " + wanted + ", but it is " + reg + " (" + reg.type.words + ")");
    }

    private static String what(final Call call, final int register) {
        return "argument " + register + " of " + call.name();
    }
}
