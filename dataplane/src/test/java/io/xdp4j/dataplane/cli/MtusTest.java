package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MtusTest {

    @Test
    void knowsTheInterfacesThatAreNamedAndNoOthers() {
        final IntUnaryOperator mtus = Mtus.parse(List.of("7=9000", " 3 = 1280"), 5);
        assertThat(mtus.applyAsInt(5)).isEqualTo(1500);
        assertThat(mtus.applyAsInt(7)).isEqualTo(9000);
        assertThat(mtus.applyAsInt(3)).isEqualTo(1280);
        assertThat(mtus.applyAsInt(1)).isZero();
        assertThat(Mtus.parse(List.of("5=68"), 5).applyAsInt(5)).isEqualTo(68);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "=9", "7=", "0=1500", "7=0", "7=-1", "7=99999999999", "eth0=1500"})
    void refusesWhatIsNoMtu(final String text) {
        assertThatThrownBy(() -> Mtus.parse(List.of(text), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--mtu must be IFINDEX=BYTES, both 1 or more: --mtu " + text);
    }
}
