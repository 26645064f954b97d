package io.xdp4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {

    private final List<String> closed = new ArrayList<>();

    @Test
    void closesTheRestWhereOneFails() {
        final List<AutoCloseable> things = List.of(
                () -> closed.add("first"),
                () -> {
                    throw new IOException("second");
                },
                () -> closed.add("third"),
                () -> {
                    throw new IllegalStateException("fourth");
                });

        assertThatThrownBy(() -> Closing.all(things))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("closing failed: second")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .satisfies(later -> assertThat(later).hasMessage("fourth")));
        assertThat(closed).containsExactly("first", "third");
    }

    @Test
    void keepsAStateFailureAsItIs() {
        assertThatThrownBy(() -> Closing.all(List.<AutoCloseable>of(() -> {
                    throw new IllegalStateException("timer callback does not end");
                })))
                .hasMessage("timer callback does not end");
    }
}
