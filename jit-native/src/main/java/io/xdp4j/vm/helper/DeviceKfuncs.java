package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/** What a device tells of a packet ({@code net/core/xdp.c}), and kfuncs that need nothing done in the JVM; Linux 6.18. */
final class DeviceKfuncs {

    private DeviceKfuncs() {}

    /** A port that does not say when packets came in is as a driver without the feature. */
    static long rxTimestamp(
            final Execution execution, final long ctx, final long target, final long r3, final long r4, final long r5) {
        final long timestamp = execution.burst().timestampNs[execution.slot()];
        if (timestamp == 0) {
            return Errno.EOPNOTSUPP.negative();
        }
        NativeMemory.putLong(target, timestamp);
        return 0;
    }

    /** No port hands over its hash. */
    static long rxHash(
            final Execution execution, final long ctx, final long hash, final long type, final long r4, final long r5) {
        return Errno.EOPNOTSUPP.negative();
    }

    /** No port takes the tag out of the packet: so there is none beside it. */
    static long rxVlanTag(
            final Execution execution,
            final long ctx,
            final long protocol,
            final long tci,
            final long r4,
            final long r5) {
        return Errno.ENODATA.negative();
    }

    /** RCU: what a program points to stays good while it runs. */
    static long nothing(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        return 0;
    }
}
