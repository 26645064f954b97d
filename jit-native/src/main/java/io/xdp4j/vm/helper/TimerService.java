package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.map.Grace;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Environment;
import io.xdp4j.vm.Execution;
import io.xdp4j.vm.ProgramFunction;
import io.xdp4j.vm.Timers;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs the timers of an engine's programs on one daemon thread, made when the first is started. The engine owns it and
 * closes it before its maps.
 *
 * <p>The kernel runs a callback on the CPU that started the timer. Here it has that CPU's number, so it sees its per-CPU
 * values, but runs beside the worker: what both write needs atomic instructions or a spin lock. Relative times are those
 * of the machine, whatever clock programs read.
 *
 * <p>A timer's 16 bytes in the map value hold its number, so that one whose entry was removed or overwritten is found out:
 * it is dropped when it would expire.
 */
public final class TimerService implements Timers, AutoCloseable {

    /** {@code BPF_F_TIMER_ABS}. */
    private static final long ABSOLUTE = 1;

    /** {@code BPF_F_TIMER_CPU_PIN}: a callback has the starter's CPU number anyway. */
    private static final long PINNED = 2;

    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_BOOTTIME = 7;

    /** TAI runs ahead of UTC by 37 s since 2017. */
    private static final long TAI_AHEAD_NS = 37_000_000_000L;

    private static final long CLOSE_PATIENCE_MS = 5000;

    private final long closePatienceMs;
    private final Object lock = new Object();
    private final Long2ObjectHashMap<Timer> timers = new Long2ObjectHashMap<>();
    private final Map<Integer, Execution> executions = new HashMap<>();
    private @Nullable ScheduledThreadPoolExecutor executor;
    private Grace.@Nullable Reader reader;
    private @Nullable Timer running;
    private @Nullable Execution runningOn;
    private long nextId = 1;
    private boolean closed;

    /** A service without timers. */
    public TimerService() {
        this(CLOSE_PATIENCE_MS);
    }

    TimerService(final long closePatienceMs) {
        this.closePatienceMs = closePatienceMs;
    }

    @Override
    public int init(final Execution execution, final long timer, final UserspaceMap map, final long flags) {
        if (flags != CLOCK_REALTIME && flags != CLOCK_MONOTONIC && flags != CLOCK_BOOTTIME) {
            return Errno.EINVAL.negative();
        }
        synchronized (lock) {
            if (closed) {
                return Errno.EPERM.negative();
            }
            if (find(timer) != null) {
                return Errno.EBUSY.negative();
            }
            final Timer orphan = timers.get(timer);
            if (orphan != null) {
                orphan.stop();
            }
            final Timer made = new Timer(nextId++, timer, map, (int) flags);
            timers.put(timer, made);
            NativeMemory.putLongRelease(timer, made.id);
            return 0;
        }
    }

    @Override
    public int setCallback(final Execution execution, final long timer, final long function) {
        final ProgramFunction callback = execution.function(function);
        synchronized (lock) {
            final Timer target = find(timer);
            if (target == null || callback == null) {
                return Errno.EINVAL.negative();
            }
            target.callback = callback;
            return 0;
        }
    }

    @Override
    public int start(final Execution execution, final long timer, final long ns, final long flags) {
        if ((flags & ~(ABSOLUTE | PINNED)) != 0) {
            return Errno.EINVAL.negative();
        }
        synchronized (lock) {
            final Timer target = find(timer);
            if (target == null || target.callback == null || closed) {
                return Errno.EINVAL.negative();
            }
            target.stop();
            target.cpu = execution.cpu();
            final long delay = (flags & ABSOLUTE) == 0 ? ns : ns - now(execution, target.clock);
            final boolean never = (flags & ABSOLUTE) == 0 && ns < 0;
            final long generation = ++target.generation;
            target.pending = executor()
                    .schedule(
                            () -> expire(target, generation, execution.environment()),
                            never ? Long.MAX_VALUE : Math.max(0, delay),
                            TimeUnit.NANOSECONDS);
            return 0;
        }
    }

    @Override
    public int cancel(final Execution execution, final long timer) {
        synchronized (lock) {
            final Timer target = find(timer);
            if (target == null) {
                return Errno.EINVAL.negative();
            }
            if (running == target && runningOn == execution) {
                return Errno.EDEADLK.negative();
            }
            // As in the kernel, a cancelled timer has no callback: it wants set_callback again before start.
            target.callback = null;
            final boolean wasPending = target.stop();
            boolean interrupted = false;
            while (running == target) {
                try {
                    lock.wait();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return wasPending ? 1 : 0;
        }
    }

    /**
     * Stops all timers and waits for a callback that runs.
     *
     * @throws IllegalStateException if that callback does not end within five seconds; what it uses is given back at its end
     */
    @Override
    public void close() {
        final ScheduledThreadPoolExecutor stopped;
        synchronized (lock) {
            closed = true;
            timers.clear();
            stopped = executor;
        }
        if (stopped == null) {
            return;
        }
        stopped.shutdownNow();
        if (!awaitEnd(stopped)) {
            throw new IllegalStateException("timer callback does not end: waited=" + closePatienceMs + " ms");
        }
        release();
    }

    private boolean awaitEnd(final ScheduledThreadPoolExecutor stopped) {
        final long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                final long leftNs = TimeUnit.MILLISECONDS.toNanos(closePatienceMs) - (System.nanoTime() - start);
                try {
                    return stopped.awaitTermination(leftNs, TimeUnit.NANOSECONDS);
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Gives back what callbacks ran with; no callback runs any more. */
    private void release() {
        synchronized (lock) {
            final Grace.Reader last = reader;
            if (last != null) {
                last.close();
                reader = null;
            }
            executions.values().forEach(Execution::close);
            executions.clear();
        }
    }

    private @Nullable Timer find(final long address) {
        final Timer timer = timers.get(address);
        return timer != null && NativeMemory.getLongAcquire(address) == timer.id ? timer : null;
    }

    private static long now(final Execution execution, final int clock) {
        return switch (clock) {
            case CLOCK_REALTIME -> execution.environment().clock().taiNs() - TAI_AHEAD_NS;
            case CLOCK_BOOTTIME -> execution.environment().clock().bootNs();
            default -> execution.environment().clock().monotonicNs();
        };
    }

    private ScheduledThreadPoolExecutor executor() {
        ScheduledThreadPoolExecutor service = executor;
        if (service == null) {
            service = new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().daemon().name("xdp4j-timers").factory());
            service.setRemoveOnCancelPolicy(true);
            executor = service;
        }
        return service;
    }

    /** On the service's thread, which is a worker as far as the lifetime of maps goes. */
    private void expire(final Timer timer, final long generation, final Environment environment) {
        final Grace.Reader inside;
        synchronized (lock) {
            if (closed) {
                return;
            }
            inside = reader == null ? environment.maps().grace().reader() : reader;
            reader = inside;
        }
        inside.enter();
        try {
            expireInside(timer, generation, environment);
        } finally {
            inside.leave();
            final boolean last;
            synchronized (lock) {
                last = closed;
            }
            if (last) {
                release();
            }
        }
    }

    private void expireInside(final Timer timer, final long generation, final Environment environment) {
        final Execution execution = executions.computeIfAbsent(timer.cpu, cpu -> new Execution(cpu, environment));
        final ProgramFunction callback;
        synchronized (lock) {
            callback = timer.callback;
            if (closed || timer.generation != generation || callback == null || timers.get(timer.address) != timer) {
                return;
            }
            timer.pending = null;
            if (timer.map.closed() || find(timer.address) == null) {
                timers.remove(timer.address);
                return;
            }
            running = timer;
            runningOn = execution;
        }
        try {
            runCallback(timer, callback, execution);
        } finally {
            // what a callback that ended early still holds is let go while its map is sure to be there
            execution.end();
            synchronized (lock) {
                running = null;
                runningOn = null;
                lock.notifyAll();
            }
        }
    }

    private void runCallback(final Timer timer, final ProgramFunction callback, final Execution execution) {
        if (timer.map.closed()) {
            return;
        }
        execution.beginWithoutPacket();
        final int keyBytes = (timer.map.spec().keySize() + 7) & ~7;
        final long key = execution.pushScratch(keyBytes);
        final long value = key == 0 ? 0 : timer.map.entryAt(timer.address, key);
        if (value == 0) {
            synchronized (lock) {
                timers.remove(timer.address);
            }
            return;
        }
        callback.call(execution, timer.map.handle(), key, value);
    }

    /** One timer; all but its first fields are guarded by the service's lock. */
    private static final class Timer {

        private final long id;
        private final long address;
        private final UserspaceMap map;
        private final int clock;
        private @Nullable ProgramFunction callback;
        private @Nullable Future<?> pending;
        private long generation;
        private int cpu;

        Timer(final long id, final long address, final UserspaceMap map, final int clock) {
            this.id = id;
            this.address = address;
            this.map = map;
            this.clock = clock;
        }

        /** Whether it was waiting to expire. */
        boolean stop() {
            final Future<?> waiting = pending;
            pending = null;
            generation++;
            return waiting != null && waiting.cancel(false);
        }
    }
}
