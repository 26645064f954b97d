package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import java.util.IdentityHashMap;
import java.util.Objects;

/**
 * Access to values of maps.
 *
 * <p>Source: {@code check_map_access()}, {@code bpf_map_direct_read()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class MapValues {

    private final Proof proof;
    /** By map, not by what it looks like: comparing that takes long. */
    private final IdentityHashMap<MapSpec, MapFields> fields = new IdentityHashMap<>();

    MapValues(final Proof proof) {
        this.proof = proof;
    }

    MapFields fields(final MapSpec map) {
        MapFields known = fields.get(map);
        if (known == null) {
            known = MapFields.of(map);
            fields.put(map, known);
        }
        return known;
    }

    void check(final int register, final Reg base, final int offset, final int size, final boolean write) {
        final MapSpec map = Objects.requireNonNull(base.map);
        if (write && ((map.flags() & MapSpec.RDONLY_PROG) != 0 || frozen(map))) {
            throw proof.refuse(
                    Rule.READ_ONLY,
                    "a value of map " + map.name() + " is written, but programs may only read that map");
        }
        if (!write && (map.flags() & MapSpec.WRONLY_PROG) != 0) {
            throw proof.refuse(
                    Rule.READ_ONLY, "a value of map " + map.name() + " is read, but programs may only write that map");
        }
        bounds(register, base, offset, size, write);
        for (final MapFields.Field field : fields(map).fields()) {
            final long first = offset + base.scalar.smin;
            final long end = offset + base.scalar.umax + size;
            if (first < field.offset() + field.size() && field.offset() < end) {
                throw proof.refuse(
                        Rule.LOCK,
                        "bytes " + first + ".." + (end - 1) + " of a value of map " + map.name()
                                + " are accessed, but a " + field.type() + " lies at " + field.offset()
                                + ": only its own helpers may touch it");
            }
        }
    }

    void bounds(final int register, final Reg base, final int offset, final int size, final boolean write) {
        final MapSpec map = Objects.requireNonNull(base.map);
        Ranges.memory(proof, register, base, offset, size, map.valueSize(), "value", Rule.MAP_BOUNDS, write);
    }

    /** Whether the map is a section of constants, which nothing changes once programs are loaded. */
    static boolean frozen(final MapSpec map) {
        return map.global() == MapSpec.Global.RODATA || map.global() == MapSpec.Global.KCONFIG;
    }

    /** What is read there: the number itself, where it is a constant of the program's. */
    Reg constant(final Reg base, final int offset, final int size) {
        final MapSpec map = Objects.requireNonNull(base.map);
        final byte[] image = frozen(map) && base.scalar.isConstant(0) ? image(map) : null;
        if (image == null) {
            return Reg.scalar(Scalar.ofSize(size));
        }
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            final int at = offset + i;
            value = value << 8 | (at < image.length ? image[at] & 0xff : 0);
        }
        return Reg.constant(value);
    }

    private static byte @org.jspecify.annotations.Nullable [] image(final MapSpec map) {
        for (final MapSpec.Entry entry : map.contents()) {
            if (entry instanceof final MapSpec.Entry.Bytes bytes) {
                return bytes.value();
            }
        }
        return null;
    }

    /** Whether there is a NUL in the section of constants from here on. */
    boolean isString(final Reg base) {
        final MapSpec map = base.map;
        if (map == null || !frozen(map) || !base.scalar.isConstant(0)) {
            return false;
        }
        final byte[] image = image(map);
        for (int at = base.offset; image != null && at >= 0 && at < image.length; at++) {
            if (image[at] == 0) {
                return true;
            }
        }
        return false;
    }
}
