package io.xdp4j.vm.helper;

import io.xdp4j.vm.Execution;

/** Helpers that tell of time and machine: {@code kernel/bpf/helpers.c}, Linux 6.18. */
final class MachineHelpers {

    /** Ticks a second: {@code CONFIG_HZ=250}, what most distributions' kernels are built with. */
    static final long HZ = 250;

    private static final long TICK_NS = 1_000_000_000L / HZ;

    /** Where the kernel starts to count jiffies: five minutes before 32 bits wrap ({@code include/linux/jiffies.h}). */
    private static final long INITIAL_JIFFIES = (-300 * HZ) & 0xffff_ffffL;

    private MachineHelpers() {}

    static long ktimeNs(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        return execution.environment().clock().monotonicNs();
    }

    static long ktimeBootNs(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        return execution.environment().clock().bootNs();
    }

    /** The time of the last tick. */
    static long ktimeCoarseNs(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        final long now = execution.environment().clock().monotonicNs();
        return now - Math.floorMod(now, TICK_NS);
    }

    static long ktimeTaiNs(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        return execution.environment().clock().taiNs();
    }

    static long jiffies(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        return jiffies(execution);
    }

    /** Ticks: {@code jiffies_64}. */
    static long jiffies(final Execution execution) {
        return INITIAL_JIFFIES + Math.floorDiv(execution.environment().clock().monotonicNs(), TICK_NS);
    }

    static long random(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        return execution.nextRandom() & 0xffff_ffffL;
    }

    static long cpu(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        return execution.cpu();
    }

    /** One node: the JVM does not say which memory is near. */
    static long numaNode(
            final Execution execution, final long r1, final long r2, final long r3, final long r4, final long r5) {
        return 0;
    }
}
