package io.xdp4j.verifier;

/**
 * Whether bytes at an address lie in what is known to be there.
 *
 * <p>Source: {@code check_packet_access()}, {@code check_mem_region_access()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Ranges {

    private Ranges() {}

    /** The packet and its metadata: from the pointer that was compared with their end. */
    static void packet(
            final Proof proof,
            final int register,
            final Reg base,
            final int offset,
            final int size,
            final boolean write) {
        final String what = base.type == RegType.PACKET ? "packet" : "metadata";
        final String limit = base.type == RegType.PACKET ? "data_end" : "data";
        if (base.scalar.smin < 0) {
            throw proof.refuse(
                    Rule.PACKET_BOUNDS,
                    what + " is " + (write ? "written" : "read") + " at r" + register
                            + ", whose variable offset may be negative (" + base.scalar.smin
                            + "): make it unsigned, or compare it with 0 first");
        }
        if (offset >= 0 && size >= 0 && base.range >= 0 && offset + (long) size <= base.range) {
            return;
        }
        final String start = base.scalar.isConstant(0) ? "" : "r" + register + "'s variable offset + ";
        if (offset < 0) {
            throw proof.refuse(
                    Rule.PACKET_BOUNDS,
                    what + " byte " + start + offset + " " + (write ? "written" : "read") + ", which lies before the "
                            + (base.scalar.isConstant(0)
                                    ? "start: use " + (base.type == RegType.PACKET ? "data_meta" : "a larger offset")
                                            + " for what lies there"
                                    : "pointer that was compared"));
        }
        final String known = base.range <= 0
                ? "no byte is known to exist"
                : "only the first " + base.range + " bytes are known to exist";
        final String bytes = size == 1
                ? what + " byte " + start + offset
                : what + " byte " + start + offset + ".." + (offset + size - 1);
        throw proof.refuse(
                Rule.PACKET_BOUNDS,
                bytes + " " + (write ? "written" : "read") + ", but " + known + ": compare "
                        + (base.scalar.isConstant(0)
                                ? (base.type == RegType.PACKET ? "data" : "data_meta")
                                : "the pointer")
                        + " + " + (offset + (long) size) + " with " + limit + " first");
    }

    /** Memory of a size that is known. */
    static void memory(
            final Proof proof,
            final int register,
            final Reg base,
            final int offset,
            final int size,
            final int available,
            final String kind,
            final Rule rule,
            final boolean write) {
        final long lowest = offset + base.scalar.smin;
        final long end = offset + base.scalar.umax + size;
        if (base.scalar.smin >= -PointerMath.MAX_OFFSET
                && lowest >= 0
                && Long.compareUnsigned(base.scalar.umax, PointerMath.MAX_OFFSET) < 0
                && end <= available) {
            return;
        }
        final String access = write ? "written" : "read";
        final String what =
                base.type == RegType.MAP_VALUE && base.map != null ? kind + " of map " + base.map.name() : kind;
        if (base.scalar.smin < -PointerMath.MAX_OFFSET || lowest < 0) {
            throw proof.refuse(
                    rule,
                    what + " is " + access + " at an offset that may be negative: r" + register + " is " + base
                            + ", lowest offset=" + (base.scalar.smin == Long.MIN_VALUE ? "unbounded" : lowest)
                            + " (compare the index with 0, or make it unsigned)");
        }
        if (Long.compareUnsigned(base.scalar.umax, PointerMath.MAX_OFFSET) >= 0) {
            throw proof.refuse(
                    rule,
                    what + " is " + access + " at an offset that has no upper bound: r" + register + " is " + base
                            + " (compare the index with its limit, or mask it)");
        }
        if (end > available) {
            throw proof.refuse(
                    rule,
                    (base.scalar.isConstant() ? "byte " : "bytes up to ") + (end - 1) + " of the " + what + " " + access
                            + ", but that has " + available + " bytes"
                            + (base.scalar.isConstant() ? "" : " (bound the index more tightly)"));
        }
    }
}
