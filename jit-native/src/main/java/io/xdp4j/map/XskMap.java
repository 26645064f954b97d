package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeMemory;

/**
 * Receivers in user space by index, as {@code net/xdp/xskmap.c}, Linux 6.18. Where the kernel takes a socket's file
 * descriptor, a value here is a number of at least 0 that the engine's user gives a receiver. As in the kernel, Java cannot
 * read a slot back; a program that looks one up gets the address of the number.
 */
final class XskMap extends IndexedRedirectMap {

    XskMap(final MapSpec spec, final MapContext context) {
        SpecRule.someEntries(spec);
        SpecRule.keySize(spec, 4);
        SpecRule.valueSize(spec, 4, 4);
        SpecRule.flags(spec, SpecRule.NUMA_NODE | MapSpec.RDONLY | MapSpec.WRONLY);
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
        final int socket = NativeMemory.getInt(value);
        if (socket < 0) {
            return Errno.EBADF.negative();
        }
        final long wanted = pack(socket, 0) | PRESENT;
        while (true) {
            final long current = entry(index);
            if (current == wanted) {
                return 0;
            }
            if (current != 0 && flags == NOEXIST) {
                return Errno.EEXIST.negative();
            }
            if (current == 0 && flags == EXIST) {
                return Errno.ENOENT.negative();
            }
            if (replace(index, current, wanted)) {
                return 0;
            }
        }
    }

    @Override
    protected int readValue(final long key, final long value) {
        return Errno.EOPNOTSUPP.negative();
    }
}
