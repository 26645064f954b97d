package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;

/** What a map type asks of its spec, and how a spec is refused: with the kernel's error number and what to change. */
final class SpecRule {

    /** {@code BPF_F_NUMA_NODE}; accepted and without effect. */
    static final int NUMA_NODE = 1 << 2;

    /** {@code BPF_F_ZERO_SEED}. */
    static final int ZERO_SEED = 1 << 6;

    /** {@code BPF_F_ACCESS_MASK}. */
    static final int ACCESS = MapSpec.RDONLY | MapSpec.WRONLY | MapSpec.RDONLY_PROG | MapSpec.WRONLY_PROG;

    /** {@code KMALLOC_MAX_SIZE} with 4 KiB pages. */
    static final int LARGEST_VALUE = 1 << 22;

    private static final int PROGRAM_ACCESS = MapSpec.RDONLY_PROG | MapSpec.WRONLY_PROG;

    private SpecRule() {}

    static void require(final boolean condition, final MapSpec spec, final Errno errno, final String remedy) {
        if (!condition) {
            throw new MapException("create", spec.name(), errno.number(), 0, remedy);
        }
    }

    static void keySize(final MapSpec spec, final int bytes) {
        require(
                spec.keySize() == bytes,
                spec,
                Errno.EINVAL,
                label(spec) + " wants keySize=" + bytes + " bytes: keySize=" + spec.keySize() + " bytes");
    }

    static void valueSize(final MapSpec spec, final int bytes, final int orBytes) {
        require(
                spec.valueSize() == bytes || spec.valueSize() == orBytes,
                spec,
                Errno.EINVAL,
                label(spec) + " wants valueSize=" + bytes + (orBytes == bytes ? "" : " or " + orBytes)
                        + " bytes: valueSize=" + spec.valueSize() + " bytes");
    }

    static void someValue(final MapSpec spec) {
        require(spec.valueSize() > 0, spec, Errno.EINVAL, label(spec) + " wants a value: valueSize=0 bytes");
        require(
                spec.valueSize() <= LARGEST_VALUE,
                spec,
                Errno.E2BIG,
                "valueSize=" + spec.valueSize() + " bytes, limit=" + LARGEST_VALUE + " bytes");
    }

    static void someEntries(final MapSpec spec) {
        require(
                spec.maxEntries() > 0,
                spec,
                spec.maxEntries() == 0 ? Errno.EINVAL : Errno.ENOMEM,
                "maxEntries=" + Integer.toUnsignedString(spec.maxEntries()) + ", allowed: 1 to 2147483647");
    }

    static void flags(final MapSpec spec, final int allowed) {
        require(
                (spec.flags() & ~allowed) == 0,
                spec,
                Errno.EINVAL,
                label(spec) + " does not know all of flags=0x" + Integer.toHexString(spec.flags()) + ", allowed: 0x"
                        + Integer.toHexString(allowed));
        require(
                (spec.flags() & PROGRAM_ACCESS) != PROGRAM_ACCESS,
                spec,
                Errno.EINVAL,
                "BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other: flags=0x"
                        + Integer.toHexString(spec.flags()));
    }

    /** Takes a map's memory, or refuses with ENOMEM. */
    static NativeArea area(final MapSpec spec, final long bytes) {
        try {
            return new NativeArea(bytes, 64);
        } catch (final OutOfMemoryError e) {
            throw new MapException(
                    "create", spec.name(), Errno.ENOMEM.number(), 0, "memory=" + bytes + " bytes: lower maxEntries");
        }
    }

    private static String label(final MapSpec spec) {
        return spec.type().label();
    }
}
