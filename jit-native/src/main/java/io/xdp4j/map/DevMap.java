package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeMemory;

/**
 * Interfaces by index, as {@code kernel/bpf/devmap.c}, Linux 6.18. A value is an interface index, or {@code struct
 * bpf_devmap_val}: interface index and the program to run on packets on their way out. Interface index 0 empties the slot.
 */
final class DevMap extends IndexedRedirectMap {

    static final int FLAGS = SpecRule.NUMA_NODE | MapSpec.RDONLY | MapSpec.WRONLY;

    DevMap(final MapSpec spec, final MapContext context) {
        SpecRule.someEntries(spec);
        SpecRule.keySize(spec, 4);
        SpecRule.valueSize(spec, 4, 8);
        SpecRule.flags(spec, FLAGS);
        super(spec, context, BROADCAST | EXCLUDE_INGRESS);
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
        final int ifindex = NativeMemory.getInt(value);
        final int program = spec().valueSize() == 8 ? Math.max(0, NativeMemory.getInt(value + 4)) : 0;
        if (ifindex < 0 || (ifindex == 0 && program != 0) || !knows(program)) {
            return Errno.EINVAL.negative();
        }
        set(index, pack(ifindex, program));
        return 0;
    }
}
