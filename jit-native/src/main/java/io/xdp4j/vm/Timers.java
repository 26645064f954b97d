package io.xdp4j.vm;

import io.xdp4j.bpf.Errno;
import io.xdp4j.map.UserspaceMap;

/**
 * The timers that programs keep in map values: what {@code bpf_timer_init} to {@code bpf_timer_cancel} do ({@code
 * kernel/bpf/helpers.c}, Linux 6.18). Safe for use by several workers. {@code timer} is the address of a {@code struct
 * bpf_timer}, 16 bytes; answers are 0 or a negative error number.
 */
public interface Timers {

    /** No timers: every call answers {@code -EOPNOTSUPP}. */
    Timers NONE = new NoTimers();

    /**
     * Makes a timer for a value of {@code map}; {@code flags} is a clock: {@code CLOCK_REALTIME}, {@code _MONOTONIC}, {@code
     * _BOOTTIME}.
     */
    int init(Execution execution, long timer, UserspaceMap map, long flags);

    /** Says which of the running program's functions the timer calls. */
    int setCallback(Execution execution, long timer, long function);

    /** Lets the timer expire after {@code ns}, or at that time with {@code BPF_F_TIMER_ABS} (1). */
    int start(Execution execution, long timer, long ns, long flags);

    /** Stops the timer and waits for its callback; 1 if it was running, 0 if not. */
    int cancel(Execution execution, long timer);

    /** Answers that there are none. */
    final class NoTimers implements Timers {

        private NoTimers() {}

        @Override
        public int init(final Execution execution, final long timer, final UserspaceMap map, final long flags) {
            return Errno.EOPNOTSUPP.negative();
        }

        @Override
        public int setCallback(final Execution execution, final long timer, final long function) {
            return Errno.EOPNOTSUPP.negative();
        }

        @Override
        public int start(final Execution execution, final long timer, final long ns, final long flags) {
            return Errno.EOPNOTSUPP.negative();
        }

        @Override
        public int cancel(final Execution execution, final long timer) {
            return Errno.EOPNOTSUPP.negative();
        }
    }
}
