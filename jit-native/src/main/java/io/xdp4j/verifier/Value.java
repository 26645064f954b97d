package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a register's value.
 *
 * @param kind what it is
 * @param nullable whether a pointer may be null
 * @param map the map whose value, key or handle it is, or null
 * @param offset bytes from what a pointer points to, the constant part; a function's first slot
 * @param min the least number; or the least variable part of a pointer's offset
 * @param max the greatest
 * @param knownBits which bits are known: those not set in {@code unknownBits} are those of this
 * @param unknownBits bits that are not known
 * @param size bytes of memory from its start; bytes of the packet known to exist; frame of a stack pointer
 */
public record Value(
        Kind kind,
        boolean nullable,
        @Nullable MapSpec map,
        int offset,
        long min,
        long max,
        long knownBits,
        long unknownBits,
        int size) {

    /** What a register can hold. */
    public enum Kind {
        NUMBER,
        CONTEXT,
        PACKET,
        PACKET_META,
        PACKET_END,
        MAP,
        MAP_KEY,
        MAP_VALUE,
        STACK,
        MEMORY,
        FUNCTION,
        OBJECT,
        DYNPTR
    }

    static Value of(final Reg reg, final @Nullable Scalar number) {
        final Scalar scalar = reg.isScalar() ? (number == null ? Scalar.UNKNOWN : number) : reg.scalar;
        return new Value(
                kind(reg.type),
                reg.is(Reg.NULLABLE),
                reg.map,
                reg.isScalar() ? 0 : reg.type == RegType.FUNC ? reg.range : reg.offset,
                scalar.smin,
                scalar.smax,
                scalar.bits.value(),
                scalar.bits.mask(),
                reg.isScalar() ? 0 : reg.range);
    }

    private static Kind kind(final RegType type) {
        return switch (type) {
            case SCALAR, NOT_INIT -> Kind.NUMBER;
            case CTX -> Kind.CONTEXT;
            case PACKET -> Kind.PACKET;
            case PACKET_META -> Kind.PACKET_META;
            case PACKET_END -> Kind.PACKET_END;
            case MAP -> Kind.MAP;
            case MAP_KEY -> Kind.MAP_KEY;
            case MAP_VALUE -> Kind.MAP_VALUE;
            case STACK -> Kind.STACK;
            case MEM -> Kind.MEMORY;
            case FUNC -> Kind.FUNCTION;
            case OBJECT, ITERATOR -> Kind.OBJECT;
            case DYNPTR -> Kind.DYNPTR;
        };
    }

    /** Whether it is a number that never changes: {@link #min()}. */
    public boolean constant() {
        return kind == Kind.NUMBER && unknownBits == 0;
    }

    /** Whether a number can be this value. */
    public boolean admits(final long number) {
        return number >= min && number <= max && (number & ~unknownBits) == knownBits;
    }

    /** In one word: {@code 5}, {@code number[0,255]}, {@code packet+14[0,60] of 54}. */
    @Override
    public String toString() {
        final String range = min == max ? "" : "[" + min + "," + max + "]";
        final String name = kind.name().toLowerCase(java.util.Locale.ROOT);
        if (kind == Kind.NUMBER) {
            return constant()
                    ? Long.toString(min)
                    : min == Long.MIN_VALUE && max == Long.MAX_VALUE ? name : name + range;
        }
        final String of = map == null ? "" : " " + map.name();
        final String bound = switch (kind) {
            case PACKET, PACKET_META, MEMORY -> " of " + size;
            case STACK -> " in frame " + size;
            default -> "";
        };
        return name
                + of
                + (offset == 0 ? "" : (offset < 0 ? "" : "+") + offset)
                + range
                + bound
                + (nullable ? " or null" : "");
    }
}
