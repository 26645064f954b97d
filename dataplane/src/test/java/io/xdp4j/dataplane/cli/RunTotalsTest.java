package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunTotalsTest {

    @Test
    void countsTargetsOneByOneUpToALimitAndTheRestTogether() {
        final RunTotals totals = new RunTotals();
        for (int target = 0; target < 3000; target++) {
            totals.redirected(0, target);
        }
        totals.redirected(0, 5);
        totals.redirected(7, 5);

        assertThat(totals.redirects).hasSize(RunTotals.TARGETS);
        assertThat(totals.redirects.get(5)).isEqualTo(2);
        assertThat(totals.otherRedirects).isEqualTo(3000 - RunTotals.TARGETS + 1);
    }
}
