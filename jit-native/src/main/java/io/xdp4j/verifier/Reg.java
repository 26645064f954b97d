package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a register, or of a value spilled to the stack. Immutable, so states share it.
 *
 * <p>A pointer's address is its base, plus {@link #offset}, plus {@link #scalar}, the part that is not constant. A packet
 * pointer may be followed for {@link #range} bytes from base plus variable part.
 */
final class Reg {

    static final Reg NOT_INIT = new Reg(RegType.NOT_INIT, 0, Scalar.UNKNOWN, 0, 0, 0, 0, null, 0);
    static final Reg UNKNOWN = scalar(Scalar.UNKNOWN);
    /** A packet pointer once the packet may have moved: a number like any other, told apart for messages only. */
    static final Reg FORGOTTEN_PACKET = scalar(Scalar.UNKNOWN);
    /** A pointer to a record, socket or slice once that is released: the same. */
    static final Reg RELEASED = scalar(Scalar.UNKNOWN);

    static final Reg ZERO = scalar(Scalar.ZERO);

    /** May be null: only a comparison with 0 tells. */
    static final int NULLABLE = 1;
    /** May not be written. */
    static final int READ_ONLY = 2;
    /** A ring buffer's record. */
    static final int RECORD = 4;
    /** A scalar whose {@link #offset} is its distance from others of its id. */
    static final int LINKED_BY_OFFSET = 8;
    /** The same, but only the lower 32 bits are at that distance. */
    static final int LINKED_LOW = 256;
    /** Second half of a dynptr. */
    static final int SECOND = 16;
    /** A slice of a dynptr of the packet: gone when the packet moves. */
    static final int OF_PACKET = 32;
    /** An iterator that has given its last element. */
    static final int DRAINED = 128;

    final RegType type;
    final int flags;
    /** A number; or the variable part of a pointer's offset. */
    final Scalar scalar;
    /** Constant part of a pointer's offset, bytes. */
    final int offset;
    /** Registers of the same id hold the same number, or point into the same thing; 0: of no other's. */
    final int id;
    /** The reference that has to be released; 0 for none. */
    final int reference;
    /** Packet: bytes known to exist. Memory: its size. Function: its first slot. Stack: the frame. Iterator: depth. */
    final int range;
    /** Map, key or value: which map. */
    final @Nullable MapSpec map;
    /** A map found in a map of maps: which look-up found it. Slice or slot: the dynptr's id. */
    final int owner;

    Reg(
            final RegType type,
            final int flags,
            final Scalar scalar,
            final int offset,
            final int id,
            final int reference,
            final int range,
            final @Nullable MapSpec map,
            final int owner) {
        this.type = type;
        this.flags = flags;
        this.scalar = scalar;
        this.offset = offset;
        this.id = id;
        this.reference = reference;
        this.range = range;
        this.map = map;
        this.owner = owner;
    }

    static Reg scalar(final Scalar scalar) {
        return new Reg(RegType.SCALAR, 0, scalar, 0, 0, 0, 0, null, 0);
    }

    static Reg constant(final long number) {
        return number == 0 ? ZERO : scalar(Scalar.constant(number));
    }

    /** A pointer to the start of what it points to. */
    static Reg pointer(final RegType type) {
        return new Reg(type, 0, Scalar.ZERO, 0, 0, 0, 0, null, 0);
    }

    static Reg map(final MapSpec map, final int owner) {
        return new Reg(RegType.MAP, 0, Scalar.ZERO, 0, 0, 0, 0, map, owner);
    }

    static Reg mapValue(final MapSpec map, final int offset) {
        return new Reg(RegType.MAP_VALUE, 0, Scalar.ZERO, offset, 0, 0, 0, map, 0);
    }

    static Reg stack(final int frame) {
        return new Reg(RegType.STACK, 0, Scalar.ZERO, 0, 0, 0, frame, null, 0);
    }

    static Reg memory(final int size) {
        return new Reg(RegType.MEM, 0, Scalar.ZERO, 0, 0, 0, size, null, 0);
    }

    boolean is(final int flag) {
        return (flags & flag) != 0;
    }

    boolean isScalar() {
        return type == RegType.SCALAR;
    }

    boolean isPointer() {
        return type != RegType.SCALAR && type != RegType.NOT_INIT;
    }

    boolean isPacket() {
        return type == RegType.PACKET || type == RegType.PACKET_META;
    }

    /** Whether it is the number 0, known as such. */
    boolean isZero() {
        return type == RegType.SCALAR && scalar.isConstant(0);
    }

    boolean isConstant() {
        return type == RegType.SCALAR && scalar.isConstant();
    }

    Reg withScalar(final Scalar changed) {
        return new Reg(type, flags, changed, offset, id, reference, range, map, owner);
    }

    Reg withOffset(final int changed) {
        return new Reg(type, flags, scalar, changed, id, reference, range, map, owner);
    }

    Reg withId(final int changed) {
        return new Reg(type, flags, scalar, offset, changed, reference, range, map, owner);
    }

    Reg withReference(final int changed) {
        return new Reg(type, flags, scalar, offset, id, changed, range, map, owner);
    }

    Reg withRange(final int changed) {
        return new Reg(type, flags, scalar, offset, id, reference, changed, map, owner);
    }

    /** The same, but not known to lie at or past the packet's end. */
    Reg withoutEnd() {
        return isPacket() && range < 0 ? withRange(0) : this;
    }

    Reg withOwner(final int changed) {
        return new Reg(type, flags, scalar, offset, id, reference, range, map, changed);
    }

    Reg with(final int flag) {
        return new Reg(type, flags | flag, scalar, offset, id, reference, range, map, owner);
    }

    Reg without(final int flag) {
        return new Reg(type, flags & ~flag, scalar, offset, id, reference, range, map, owner);
    }

    /** A scalar that no other is linked to. */
    Reg unlinked() {
        return id == 0 && offset == 0 ? this : scalar(scalar);
    }

    /** Whether everything is the same. */
    boolean same(final Reg other) {
        return this == other
                || (sameBut(other)
                        && id == other.id
                        && reference == other.reference
                        && owner == other.owner
                        && scalar.same(other.scalar));
    }

    /** Whether all is the same but ids, references and the scalar. */
    boolean sameBut(final Reg other) {
        return type == other.type
                && flags == other.flags
                && offset == other.offset
                && range == other.range
                && sameMap(map, other.map);
    }

    /** Whether both are the same map. Names do not tell: those of two maps inside of others may be the same. */
    static boolean sameMap(final @Nullable MapSpec a, final @Nullable MapSpec b) {
        return (a == null || b == null) ? a == null && b == null : a.name().equals(b.name()) && Objects.equals(a, b);
    }

    /** In the style of the kernel's log: {@code pkt(off=14,r=34)}, {@code map_value_or_null(map=flows)}. */
    @Override
    public String toString() {
        if (type == RegType.SCALAR) {
            if (scalar.isConstant()) {
                return scalar.toString();
            }
            final String linked = id == 0 ? "" : "id=" + id + (is(LINKED_BY_OFFSET) ? "+" + offset : "");
            return "scalar(" + linked + (linked.isEmpty() || scalar.isUnknown() ? "" : ",") + scalar + ")";
        }
        final StringBuilder text = new StringBuilder();
        if (map != null) {
            text.append(",map=").append(map.name());
        }
        if (id != 0) {
            text.append(",id=").append(id);
        }
        if (reference != 0) {
            text.append(",ref=").append(reference);
        }
        if (offset != 0 && type != RegType.STACK) {
            text.append(",off=").append(offset);
        }
        if (isPacket()) {
            text.append(",r=").append(range);
        } else if (type == RegType.MEM) {
            text.append(",size=").append(range);
        }
        if (!scalar.isConstant(0)) {
            text.append(',').append(scalar);
        }
        final String label =
                type.label + (is(NULLABLE) ? "_or_null" : "") + (type == RegType.STACK ? Integer.toString(offset) : "");
        return text.isEmpty() ? label : label + "(" + text.substring(1) + ")";
    }
}
