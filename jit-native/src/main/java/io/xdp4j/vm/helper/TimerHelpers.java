package io.xdp4j.vm.helper;

import io.xdp4j.map.UserspaceMap;
import io.xdp4j.vm.Execution;

/** Helpers on timers: {@code kernel/bpf/helpers.c}, Linux 6.18; the engine's {@link io.xdp4j.vm.Timers} do the work. */
final class TimerHelpers {

    private TimerHelpers() {}

    static long init(
            final Execution execution,
            final long timer,
            final long map,
            final long flags,
            final long r4,
            final long r5) {
        final UserspaceMap target = execution.map(map);
        return target == null
                ? MapHelpers.closed(execution, map)
                : execution.environment().timers().init(execution, timer, target, flags);
    }

    static long setCallback(
            final Execution execution,
            final long timer,
            final long function,
            final long r3,
            final long r4,
            final long r5) {
        return execution.environment().timers().setCallback(execution, timer, function);
    }

    static long start(
            final Execution execution,
            final long timer,
            final long ns,
            final long flags,
            final long r4,
            final long r5) {
        return execution.environment().timers().start(execution, timer, ns, flags);
    }

    static long cancel(
            final Execution execution, final long timer, final long r2, final long r3, final long r4, final long r5) {
        return execution.environment().timers().cancel(execution, timer);
    }
}
