package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeMemory;

/**
 * Workers by index, as {@code kernel/bpf/cpumap.c}, Linux 6.18. A value is a queue length in packets, or {@code struct
 * bpf_cpumap_val}: queue length and the program to run over there. Queue length 0 empties the slot. The CPUs that there
 * can be are the engine's.
 */
final class CpuMap extends IndexedRedirectMap {

    /** {@code CONFIG_NR_CPUS} as distributions set it. */
    private static final int MOST_CPUS = 8192;

    private static final int LONGEST_QUEUE = 16384;

    CpuMap(final MapSpec spec, final MapContext context) {
        SpecRule.require(spec.maxEntries() != 0, spec, Errno.EINVAL, "maxEntries=0, allowed: 1 to " + MOST_CPUS);
        SpecRule.keySize(spec, 4);
        SpecRule.valueSize(spec, 4, 8);
        SpecRule.flags(spec, SpecRule.NUMA_NODE);
        SpecRule.require(
                Integer.compareUnsigned(spec.maxEntries(), MOST_CPUS) <= 0,
                spec,
                Errno.E2BIG,
                "maxEntries=" + Integer.toUnsignedString(spec.maxEntries()) + ", allowed: 1 to " + MOST_CPUS);
        super(spec, context, 0);
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        final int index = NativeMemory.getInt(key);
        if (Long.compareUnsigned(flags, EXIST) > 0) {
            return Errno.EINVAL.negative();
        }
        if (!inRange(index)) {
            return Errno.E2BIG.negative();
        }
        if (flags == NOEXIST) {
            return Errno.EEXIST.negative();
        }
        final int queue = NativeMemory.getInt(value);
        if (Integer.compareUnsigned(queue, LONGEST_QUEUE) > 0) {
            return Errno.EOVERFLOW.negative();
        }
        if (index >= context().cpus()) {
            return Errno.ENODEV.negative();
        }
        final int program = spec().valueSize() == 8 ? Math.max(0, NativeMemory.getInt(value + 4)) : 0;
        if (queue != 0 && !knows(program)) {
            return Errno.EINVAL.negative();
        }
        set(index, queue == 0 ? 0 : pack(queue, program));
        return 0;
    }
}
