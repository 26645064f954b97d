package io.xdp4j.vm;

import io.xdp4j.map.MapTable;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

/**
 * The world around an engine's programs.
 *
 * @param maps the engine's maps
 * @param clock what time programs read
 * @param trace takes each line that a program prints ({@code bpf_trace_printk}), without a line end
 * @param fib routes
 * @param mtu MTU in bytes by interface index, 0 for an interface that is not there
 * @param timers runs {@code bpf_timer}s
 */
public record Environment(
        MapTable maps, Clock clock, Consumer<String> trace, Fib fib, IntUnaryOperator mtu, Timers timers) {

    /** An environment without timers. */
    public Environment(
            final MapTable maps,
            final Clock clock,
            final Consumer<String> trace,
            final Fib fib,
            final IntUnaryOperator mtu) {
        this(maps, clock, trace, fib, mtu, Timers.NONE);
    }
}
