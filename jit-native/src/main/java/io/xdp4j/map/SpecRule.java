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

    private static final int USER_ACCESS = MapSpec.RDONLY | MapSpec.WRONLY;
    private static final int PROGRAM_ACCESS = MapSpec.RDONLY_PROG | MapSpec.WRONLY_PROG;

    /** A map larger than this is a mistake or an attack: half the machine's memory with the JVM's default heap. */
    static final long MEMORY_LIMIT = 2 * Runtime.getRuntime().maxMemory();

    /** The same for what a map keeps on the heap. */
    static final long HEAP_LIMIT = Runtime.getRuntime().maxMemory() / 8;

    /** {@code BPF_F_INNER_MAP}: the array need not have as many entries as other maps in the same map of maps. */
    static final int INNER_MAP = 1 << 12;

    /** {@code PCPU_MIN_UNIT_SIZE}: the most that one CPU's copy of a value may take, in bytes. */
    private static final int PER_CPU_VALUE_LIMIT = 32 << 10;

    /** What {@code kmalloc} gives at most, less the element's header, in bytes. */
    private static final int ELEMENT_LIMIT = LARGEST_VALUE - 64;

    /** Values of arrays, which lie in one piece, in bytes. */
    private static final int ARRAY_VALUE_LIMIT = 1 << 30;

    private SpecRule() {}

    /** {@code array_map_alloc_check}. */
    static void array(final MapSpec spec) {
        someEntries(spec);
        keySize(spec, 4);
        positive(spec, "valueSize", spec.valueSize());
        flags(spec, NUMA_NODE | ACCESS | (spec.type().perCpu() ? 0 : MapSpec.MMAPABLE | INNER_MAP));
        perCpuValue(spec);
        require(
                spec.valueSize() <= ARRAY_VALUE_LIMIT,
                spec,
                Errno.E2BIG,
                "valueSize=" + spec.valueSize() + " bytes, limit=" + ARRAY_VALUE_LIMIT + " bytes");
    }

    /** {@code htab_map_alloc_check}. */
    static void hash(final MapSpec spec, final boolean lru) {
        someEntries(spec);
        positive(spec, "keySize", spec.keySize());
        positive(spec, "valueSize", spec.valueSize());
        flags(spec, NUMA_NODE | ZERO_SEED | ACCESS | MapSpec.NO_PREALLOC | (lru ? MapSpec.NO_COMMON_LRU : 0));
        require(
                !lru || (spec.flags() & MapSpec.NO_PREALLOC) == 0,
                spec,
                Errno.ENOTSUPP,
                label(spec) + " is always preallocated: drop BPF_F_NO_PREALLOC");
        require(
                (long) spec.keySize() + spec.valueSize() <= ELEMENT_LIMIT,
                spec,
                Errno.E2BIG,
                "keySize=" + spec.keySize() + " bytes, valueSize=" + spec.valueSize() + " bytes, limit of both="
                        + ELEMENT_LIMIT + " bytes");
        perCpuValue(spec);
        require(
                spec.maxEntries() <= 1 << 30,
                spec,
                Errno.E2BIG,
                "maxEntries=" + spec.maxEntries() + ", limit=1073741824");
    }

    private static void positive(final MapSpec spec, final String name, final int bytes) {
        require(
                bytes > 0,
                spec,
                bytes == 0 ? Errno.EINVAL : Errno.E2BIG,
                label(spec) + " wants " + name + " of 1 to 2147483647: " + name + "=" + Integer.toUnsignedString(bytes)
                        + " bytes");
    }

    private static void perCpuValue(final MapSpec spec) {
        require(
                !spec.type().perCpu() || spec.valueSize() <= PER_CPU_VALUE_LIMIT,
                spec,
                Errno.E2BIG,
                "valueSize=" + spec.valueSize() + " bytes, limit=" + PER_CPU_VALUE_LIMIT + " bytes per CPU");
    }

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
                (spec.flags() & USER_ACCESS) != USER_ACCESS,
                spec,
                Errno.EINVAL,
                "BPF_F_RDONLY and BPF_F_WRONLY exclude each other: flags=0x" + Integer.toHexString(spec.flags()));
        require(
                (spec.flags() & PROGRAM_ACCESS) != PROGRAM_ACCESS,
                spec,
                Errno.EINVAL,
                "BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other: flags=0x"
                        + Integer.toHexString(spec.flags()));
    }

    /** Takes a map's memory, zeroed and on cache lines, or refuses with ENOMEM. */
    static NativeArea area(final MapSpec spec, final long bytes) {
        requireMemory(spec, bytes, MEMORY_LIMIT);
        return newArea(spec, bytes);
    }

    /** As {@link #area}, for who knows that the map may have as much. */
    static NativeArea newArea(final MapSpec spec, final long bytes) {
        try {
            return new NativeArea(bytes, UserspaceMap.CACHE_LINE);
        } catch (final OutOfMemoryError e) {
            throw new MapException(
                    "create", spec.name(), Errno.ENOMEM.number(), 0, "memory=" + bytes + " bytes: lower maxEntries");
        }
    }

    /** Refuses with ENOMEM what would take more than a map should. */
    static void requireMemory(final MapSpec spec, final long bytes, final long limit) {
        require(
                bytes > 0 && bytes <= limit,
                spec,
                Errno.ENOMEM,
                "maxEntries=" + spec.maxEntries() + ", memory=" + bytes + " bytes, limit=" + limit
                        + " bytes: lower maxEntries, or raise -Xmx");
    }

    /** Refuses with ENOMEM what would take more of the Java heap than a map should. */
    static void requireHeap(final MapSpec spec, final long bytes) {
        require(
                bytes <= HEAP_LIMIT,
                spec,
                Errno.ENOMEM,
                "maxEntries=" + spec.maxEntries() + ", heap=" + bytes + " bytes, limit=" + HEAP_LIMIT
                        + " bytes: lower maxEntries, or raise -Xmx");
    }

    private static String label(final MapSpec spec) {
        return spec.type().label();
    }
}
