package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunawaysTest {

    private static void check(final Fault... faults) {
        new Runaways(() -> List.of(faults)).check(1000);
    }

    @Test
    void givesUpWhereTooManyPacketsRanTooLong() {
        assertThatThrownBy(
                        () -> check(new Fault(3, "pc=3: too long", 60, true), new Fault(9, "pc=9: too long", 4, true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "stopped after 1000 packets: the program did not end on 64 of them (limit 64): pc=3: too long");
    }

    @Test
    void goesOnBelowThatAndWithOtherFaults() {
        assertThatCode(() -> check(new Fault(3, "too long", 63, true), new Fault(1, "load out of bounds", 900, false)))
                .doesNotThrowAnyException();
    }
}
