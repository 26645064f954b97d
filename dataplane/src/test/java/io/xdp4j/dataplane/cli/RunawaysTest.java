package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Fault;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunawaysTest {

    private static @Nullable String reason(final Fault... faults) {
        return new Runaways(64, () -> List.of(faults)).reasonToStop(1000);
    }

    @Test
    void givesUpWhereTooManyPacketsRanTooLong() {
        assertThat(reason(new Fault(3, "pc=3: too long", 60, true), new Fault(9, "pc=9: too long", 4, true)))
                .isEqualTo("stopped after 1000 packets, what was written is partial: the program did not end on 64 of"
                        + " them (limit 64, another with --runaways): pc=3: too long");
    }

    @Test
    void goesOnBelowThatAndWithOtherFaults() {
        assertThat(reason(new Fault(3, "too long", 63, true), new Fault(1, "load out of bounds", 900, false)))
                .isNull();
    }
}
