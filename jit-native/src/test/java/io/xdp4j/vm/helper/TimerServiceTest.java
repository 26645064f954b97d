package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapType;
import io.xdp4j.map.Grace;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.HelperFixture;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimerServiceTest {

    private static final long HOUR_NS = 3_600_000_000_000L;
    private static final int MONOTONIC = 1;
    private static final int EINVAL = Errno.EINVAL.negative();

    private final HelperFixture fixture = new HelperFixture();
    private final TimerService service = new TimerService();
    private final UserspaceMap map = fixture.map(MapType.ARRAY, 4, 24, 4);
    private final BlockingQueue<String> fired = new LinkedBlockingQueue<>();

    TimerServiceTest() {
        fixture.timers = service;
    }

    @AfterEach
    void close() {
        service.close();
        fixture.close();
    }

    /** The timer in the value at that index. */
    private long timer(final int index) {
        return map.lookup(fixture.words(index), 0) + 8;
    }

    private long start(final long timer, final long ns) {
        return Called.helper(fixture, "timer_start", timer, ns, 0);
    }

    private long cancel(final long timer) {
        return Called.helper(fixture, "timer_cancel", timer);
    }

    private void prepare(final long timer, final HelperFixture.Callback callback) {
        assertThat(Called.helper(fixture, "timer_init", timer, map.handle(), MONOTONIC))
                .isZero();
        assertThat(Called.helper(fixture, "timer_set_callback", timer, fixture.on(callback)))
                .isZero();
    }

    private @Nullable String next() throws InterruptedException {
        return fired.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void callsTheFunctionWithMapKeyAndValue() throws InterruptedException {
        NativeMemory.putLong(timer(2) - 8, 77);
        prepare(timer(2), (handle, key, value, none) -> {
            fired.add(handle - map.handle() + ":" + NativeMemory.getInt(key) + ":" + NativeMemory.getLong(value));
            return 0;
        });

        assertThat(start(timer(2), 1000)).isZero();
        assertThat(next()).isEqualTo("0:2:77");
    }

    @Test
    void runsAgainWhenItStartsItself() throws InterruptedException {
        final long timer = timer(0);
        prepare(timer, (handle, key, value, none) -> {
            fired.add("tick");
            return fired.size() < 3 ? TimerHelpers.start(fixture.calling(), timer, 1000, 0, 0, 0) : 0;
        });
        start(timer, 0);

        for (int i = 0; i < 3; i++) {
            assertThat(next()).isEqualTo("tick");
        }
    }

    @Test
    void absoluteTimeIsTheProgramsClock() throws InterruptedException {
        prepare(timer(0), (handle, key, value, none) -> fired.add("past") ? 0 : 1);

        assertThat(Called.helper(fixture, "timer_start", timer(0), fixture.clock.ns - 1, 1))
                .isZero();
        assertThat(next()).isEqualTo("past");
        assertThat(Called.helper(fixture, "timer_start", timer(0), fixture.clock.ns + HOUR_NS, 1))
                .isZero();
        assertThat(cancel(timer(0))).isEqualTo(1);
    }

    @Test
    void cancelTakesTheCallbackAway() {
        prepare(timer(0), (handle, key, value, none) -> 0);

        assertThat(start(timer(0), HOUR_NS)).isZero();
        assertThat(cancel(timer(0))).isEqualTo(1);
        assertThat(cancel(timer(0))).isZero();
        assertThat(start(timer(0), 0)).isEqualTo(EINVAL);
    }

    @Test
    void cancelFromItsOwnCallbackWouldWaitForItself() throws InterruptedException {
        final long timer = timer(0);
        prepare(timer, (handle, key, value, none) -> {
            fired.add(Errno.nameOf((int) TimerHelpers.cancel(fixture.calling(), timer, 0, 0, 0, 0)));
            return 0;
        });
        start(timer, 0);

        assertThat(next()).isEqualTo("EDEADLK");
    }

    @Test
    void cancelWaitsForACallbackThatRuns() throws InterruptedException {
        final CountDownLatch running = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        prepare(timer(0), (handle, key, value, none) -> {
            running.countDown();
            try {
                go.await();
            } catch (final InterruptedException e) {
                fired.add("interrupted");
            }
            fired.add("callback");
            return 0;
        });
        start(timer(0), 0);
        running.await();
        final Thread other = Thread.ofPlatform().start(() -> {
            final long answer = cancel(timer(0));
            fired.add("cancel " + answer);
        });
        go.countDown();
        other.join();

        assertThat(fired).containsExactly("callback", "cancel 0");
    }

    @Test
    void refusesWhatTheKernelRefuses() {
        final long timer = timer(0);

        assertThat(Called.helper(fixture, "timer_set_callback", timer, fixture.on((r1, r2, r3, r4) -> 0)))
                .isEqualTo(EINVAL);
        assertThat(start(timer, 0)).isEqualTo(EINVAL);
        assertThat(cancel(timer)).isEqualTo(EINVAL);
        assertThat(Called.helper(fixture, "timer_init", timer, map.handle(), 2)).isEqualTo(EINVAL);
        assertThat(Called.helper(fixture, "timer_init", timer, map.handle(), 16))
                .isEqualTo(EINVAL);
        assertThat(Called.helper(fixture, "timer_init", timer, map.handle(), MONOTONIC))
                .isZero();
        assertThat(Called.helper(fixture, "timer_init", timer, map.handle(), MONOTONIC))
                .isEqualTo(Errno.EBUSY.negative());
        assertThat(start(timer, 0)).isEqualTo(EINVAL);
        assertThat(Called.helper(fixture, "timer_start", timer, 0, 4)).isEqualTo(EINVAL);
    }

    @Test
    void timerOfAnOverwrittenValueNeverRuns() throws InterruptedException {
        final long timer = timer(0);
        prepare(timer, (handle, key, value, none) -> fired.add("old") ? 0 : 1);
        start(timer, HOUR_NS);
        map.update(fixture.words(0), fixture.take(24), 0, 0);

        assertThat(cancel(timer)).isEqualTo(EINVAL);
        prepare(timer, (handle, key, value, none) -> fired.add("new") ? 0 : 1);
        start(timer, 0);
        assertThat(next()).isEqualTo("new");
        assertThat(fired).isEmpty();
    }

    @Test
    void withoutAServiceThereAreNoTimers() {
        try (HelperFixture other = new HelperFixture()) {
            final UserspaceMap values = other.map(MapType.ARRAY, 4, 24, 1);

            assertThat(Called.helper(other, "timer_init", values.lookup(other.words(0), 0), values.handle(), MONOTONIC))
                    .isEqualTo(Errno.EOPNOTSUPP.negative());
        }
    }

    private int workers() {
        return fixture.execution().environment().maps().grace().workers();
    }

    @Test
    void isNoWorkerAnyMoreOnceItIsClosed() throws InterruptedException {
        prepare(timer(0), (handle, key, value, none) -> fired.add("ran") ? 0 : 1);
        start(timer(0), 0);
        assertThat(next()).isEqualTo("ran");
        assertThat(workers()).isEqualTo(1);
        service.close();
        assertThat(workers()).isZero();
    }

    @Test
    void givesBackWhatALateCallbackUsedOnceThatEnds() throws InterruptedException {
        final TimerService impatient = new TimerService(10);
        try (HelperFixture other = new HelperFixture()) {
            other.timers = impatient;
            final UserspaceMap values = other.map(MapType.ARRAY, 4, 24, 1);
            final long timer = values.lookup(other.words(0), 0) + 8;
            final Semaphore goOn = new Semaphore(0);
            Called.helper(other, "timer_init", timer, values.handle(), MONOTONIC);
            Called.helper(other, "timer_set_callback", timer, other.on((handle, key, value, none) -> {
                fired.add("started");
                goOn.acquireUninterruptibly();
                return 0;
            }));
            Called.helper(other, "timer_start", timer, 0, 0);
            assertThat(next()).isEqualTo("started");

            assertThatThrownBy(impatient::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("timer callback does not end: waited=10 ms");
            final Grace grace = other.execution().environment().maps().grace();
            assertThat(grace.workers()).isEqualTo(1);
            goOn.release();
            for (int wait = 0; grace.workers() > 0 && wait < 20_000; wait++) {
                Thread.sleep(1);
            }
            assertThat(grace.workers()).isZero();
        }
    }
}
