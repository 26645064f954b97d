package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LockPatienceTest {

    private static final long LONG_AGO = -3_000_000_000L;

    private final LockPatience patience = new LockPatience();

    private void waitInVain() {
        final long since = System.nanoTime() + LONG_AGO;
        int tries = 1;
        while (patience.pause(tries, since)) {
            tries++;
        }
    }

    @Test
    void halvesWithEachWaitInVainAndIsAsLongAsEverAfterOneThatWasNot() {
        assertThat(patience.limitNs()).isEqualTo(1_000_000_000);
        waitInVain();
        assertThat(patience.limitNs()).isEqualTo(500_000_000);
        for (int i = 0; i < 20; i++) {
            waitInVain();
        }
        assertThat(patience.limitNs()).isEqualTo(976_562);

        patience.rewarded(0); // a lock that was free says nothing of those that are not
        assertThat(patience.limitNs()).isEqualTo(976_562);
        patience.rewarded(3);
        assertThat(patience.limitNs()).isEqualTo(1_000_000_000);
    }

    @Test
    void lastsWhileTimeIsLeft() {
        final long since = System.nanoTime() + 3_600_000_000_000L;
        for (int tries = 1; tries < 1000; tries++) {
            assertThat(patience.pause(tries, since)).isTrue();
        }
    }
}
