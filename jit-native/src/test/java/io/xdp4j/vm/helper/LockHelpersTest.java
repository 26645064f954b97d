package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;
import io.xdp4j.vm.HelperFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LockHelpersTest {

    private static final int TIMES = 2000;

    private final HelperFixture fixture = new HelperFixture();
    private final long lock = fixture.take(8);

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void locksAndUnlocks() {
        Called.helper(fixture, "spin_lock", lock);
        assertThat(NativeMemory.getInt(lock)).isEqualTo(1);
        Called.helper(fixture, "spin_unlock", lock);
        assertThat(NativeMemory.getInt(lock)).isZero();
        assertThat(fixture.fault()).isNull();
    }

    @Test
    void secondLockEndsTheProgramAndTheNextRunFindsTheFirstReleased() {
        fixture.packet(60);
        Called.helper(fixture, "spin_lock", lock);
        Called.helper(fixture, "spin_lock", lock);
        assertThat(fixture.fault()).isEqualTo("second bpf_spin_lock while one is held");

        fixture.again();
        assertThat(NativeMemory.getInt(lock)).isZero();
    }

    @Test
    void unlockingWhatIsNotHeldEndsTheProgram() {
        Called.helper(fixture, "spin_unlock", lock);

        assertThat(fixture.fault()).isEqualTo("bpf_spin_unlock of a lock that is not held");
    }

    @Test
    void lockThatNobodyReleasesEndsTheProgram() {
        NativeMemory.putInt(lock, 1);
        Called.helper(fixture, "spin_lock", lock);

        assertThat(fixture.fault())
                .isEqualTo("bpf_spin_lock was not released in time (limit 1 s, less once locks have stayed taken)");
        assertThat(fixture.ranTooLong()).isTrue();
        assertThat(NativeMemory.getInt(lock)).isEqualTo(1);

        fixture.again();
        assertThat(fixture.ranTooLong()).isFalse();
    }

    @Test
    @Timeout(60)
    void lockThatNobodyReleasesDoesNotCostEachRunASecond() {
        NativeMemory.putInt(lock, 1);
        for (int i = 0; i < 358; i++) {
            fixture.packet(60);
            Called.helper(fixture, "spin_lock", lock);
            assertThat(fixture.ranTooLong()).isTrue();
        }
    }

    @Test
    void twoWorkersDoNotLoseCounts() throws InterruptedException {
        final long counter = fixture.take(8);
        final Execution first = fixture.execution();
        try (Execution second = new Execution(0, first.environment())) {
            final Thread other = Thread.ofPlatform().start(() -> count(second, counter));
            count(first, counter);
            other.join();
        }
        assertThat(NativeMemory.getLong(counter)).isEqualTo(2L * TIMES);
    }

    private void count(final Execution execution, final long counter) {
        for (int i = 0; i < TIMES; i++) {
            LockHelpers.lock(execution, lock, 0, 0, 0, 0);
            NativeMemory.putLong(counter, NativeMemory.getLong(counter) + 1);
            LockHelpers.unlock(execution, lock, 0, 0, 0, 0);
        }
    }
}
