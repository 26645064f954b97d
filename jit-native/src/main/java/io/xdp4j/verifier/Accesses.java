package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;

/**
 * What memory a pointer gives access to, and what is read there.
 *
 * <p>Source: {@code check_mem_access()} in {@code kernel/bpf/verifier.c}, {@code xdp_is_valid_access()} in {@code
 * net/core/filter.c}, Linux 6.18.
 */
final class Accesses {

    private final Proof proof;
    private final StackRules stack;
    private final MapValues values;

    Accesses(final Proof proof) {
        this.proof = proof;
        this.stack = new StackRules(proof);
        this.values = new MapValues(proof);
    }

    StackRules stack() {
        return stack;
    }

    MapValues values() {
        return values;
    }

    /**
     * A load of {@code size} bytes.
     *
     * @return what is known of the value, zero-extended
     */
    Reg load(final int register, final int insnOffset, final int size) {
        final Reg base = base(register, false);
        final int offset = base.offset + insnOffset;
        return switch (base.type) {
            case STACK -> stack.load(register, base, insnOffset, size);
            case CTX -> context(register, base, insnOffset, size);
            case MAP_VALUE -> {
                values.check(register, base, offset, size, false);
                yield values.constant(base, offset, size);
            }
            default -> {
                checkRange(register, base, insnOffset, size, false);
                yield Reg.scalar(Scalar.ofSize(size));
            }
        };
    }

    /** A store of {@code size} bytes; {@code value} is what is stored, from {@code source} if that is a register, else -1. */
    void store(final int register, final int insnOffset, final int size, final Reg value, final int source) {
        final Reg base = base(register, true);
        if (base.type == RegType.STACK) {
            stack.store(register, base, insnOffset, size, value, source);
            return;
        }
        checkRange(register, base, insnOffset, size, true);
        if (value.isPointer()) {
            throw proof.refuse(
                    Rule.POINTER_LEAK,
                    "r" + source + " is stored in "
                            + (base.isPacket() ? "the packet" : base.type.words.replace("a pointer to ", ""))
                            + ", but it is " + value.type.words + ": others could read the address");
        }
    }

    /** The pointer in a register, which is not null. */
    private Reg base(final int register, final boolean write) {
        final Reg base = proof.read(register);
        if (base.is(Reg.NULLABLE)) {
            throw proof.refuse(
                    Rule.NULL_POINTER,
                    "r" + register + " is " + (write ? "written through" : "read through")
                            + ", but it may be null: compare it with 0 first (it is " + base + ")");
        }
        if (!base.isPointer()) {
            throw proof.refuse(
                    Rule.NOT_A_POINTER,
                    "r" + register + " is used as an address, but it is a number: " + base + whyNumber(base));
        }
        return base;
    }

    private static String whyNumber(final Reg base) {
        if (base == Reg.FORGOTTEN_PACKET) {
            return " (it was a packet pointer before a call that may move the packet: read data and data_end from the"
                    + " context again after the call)";
        }
        if (base == Reg.RELEASED) {
            return " (it was a pointer to what has been released)";
        }
        return base.isZero() ? " (a null pointer: this path is where the look-up found nothing)" : "";
    }

    /** Whether {@code size} bytes at the register's address plus {@code insnOffset} are there; not for stack and context. */
    void checkRange(final int register, final Reg base, final int insnOffset, final int size, final boolean write) {
        final int offset = base.offset + insnOffset;
        if (write && base.is(Reg.READ_ONLY)) {
            throw proof.refuse(
                    Rule.READ_ONLY,
                    "r" + register + " is " + base.type.words + " that may only be read, but it is written");
        }
        switch (base.type) {
            case PACKET, PACKET_META -> Ranges.packet(proof, register, base, offset, size, write);
            case MAP_VALUE -> values.check(register, base, offset, size, write);
            case MEM ->
                Ranges.memory(proof, register, base, offset, size, base.range, "memory", Rule.MEMORY_BOUNDS, write);
            case MAP_KEY ->
                Ranges.memory(proof, register, base, offset, size, keySize(base.map), "key", Rule.MAP_BOUNDS, write);
            case CTX ->
                throw proof.refuse(
                        Rule.CONTEXT,
                        write
                                ? "a context field is written, but XDP programs can only read them"
                                : "the context is given as memory, but its fields are only read one by one");
            default ->
                throw proof.refuse(
                        Rule.NOT_A_POINTER,
                        "r" + register + " is " + base.type.words + ", which gives no access to memory");
        }
    }

    private static int keySize(final @org.jspecify.annotations.Nullable MapSpec map) {
        return map == null ? 0 : map.keySize();
    }

    // ---- the context ----

    private Reg context(final int register, final Reg base, final int insnOffset, final int size) {
        if (base.offset != 0 || !base.scalar.isConstant(0)) {
            throw proof.refuse(
                    Rule.CONTEXT,
                    "the context is read through r" + register
                            + ", which was moved: use the context as it was given, with constant offsets");
        }
        final ContextField field = ContextField.at(insnOffset);
        if (field == null || size != 4) {
            throw proof.refuse(
                    Rule.CONTEXT,
                    "context byte " + insnOffset + ".." + (insnOffset + size - 1)
                            + " read, but struct xdp_md has 32-bit fields, read whole, at 0, 4, … 20");
        }
        if (field == ContextField.EGRESS_IFINDEX && !proof.code.forDevmap()) {
            throw proof.refuse(
                    Rule.CONTEXT,
                    "egress_ifindex is read, but only programs at devmap entries have it: SEC(\"xdp/devmap\")");
        }
        return switch (field) {
            case DATA -> Reg.pointer(RegType.PACKET);
            case DATA_END -> Reg.pointer(RegType.PACKET_END);
            case DATA_META -> Reg.pointer(RegType.PACKET_META);
            case INGRESS_IFINDEX, RX_QUEUE_INDEX, EGRESS_IFINDEX -> Reg.scalar(Scalar.ofSize(4));
        };
    }

    // ---- atomics ----

    /** Atomic operations need memory that no device shares, and alignment. */
    void atomic(final int register, final int insnOffset, final int size) {
        final Reg base = base(register, true);
        if (base.type == RegType.CTX || base.isPacket()) {
            throw proof.refuse(
                    Rule.ATOMIC,
                    "an atomic operation works on " + (base.type == RegType.CTX ? "the context" : "the packet")
                            + ", but only stack and map values allow it (read, change, write instead)");
        }
        aligned(register, base, insnOffset, size);
    }

    /** Whether the address is a multiple of the size. */
    void aligned(final int register, final Reg base, final int insnOffset, final int size) {
        final long low = size - 1L;
        final Tnum address = base.scalar.bits.add(Tnum.constant(base.offset + (long) insnOffset));
        if (((address.value() | address.mask()) & low) != 0) {
            throw proof.refuse(
                    Rule.ALIGNMENT,
                    "r" + register + (insnOffset < 0 ? "" : "+") + insnOffset + " may be no multiple of " + size
                            + ", as an access of " + size + " bytes has to be here: r" + register + " is " + base);
        }
    }
}
