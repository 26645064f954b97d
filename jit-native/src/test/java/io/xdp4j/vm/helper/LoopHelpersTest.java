package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.HelperFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopHelpersTest {

    private final HelperFixture fixture = new HelperFixture();
    private final List<Long> seen = new ArrayList<>();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void loopsAsOftenAsAsked() {
        final long function = fixture.on((index, context, r3, r4) -> {
            assertThat(context).isEqualTo(99);
            seen.add(index);
            return 0;
        });

        assertThat(Called.helper(fixture, "loop", 3, function, 99, 0)).isEqualTo(3);
        assertThat(seen).containsExactly(0L, 1L, 2L);
        assertThat(Called.helper(fixture, "loop", 0, function, 99, 0)).isZero();
    }

    @Test
    void loopEndsWhenTheFunctionAnswersOne() {
        final long function = fixture.on((index, context, r3, r4) -> index == 4 ? 1 : 0);

        assertThat(Called.helper(fixture, "loop", 100, function, 0, 0)).isEqualTo(5);
    }

    @Test
    void loopEndsWithTheProgram() {
        final long function = fixture.on((index, context, r3, r4) -> {
            seen.add(index);
            return fixture.execution().fault("as asked", 0, 0);
        });

        Called.helper(fixture, "loop", 100, function, 0, 0);
        assertThat(seen).containsExactly(0L);
    }

    @Test
    void loopHasALimitAndNoFlags() {
        final long function = fixture.on((index, context, r3, r4) -> 1);

        final long tooMany = 0xffff_ffffL & Errno.E2BIG.negative();

        assertThat(Called.helper(fixture, "loop", (1 << 23) + 1, function, 0, 0))
                .isEqualTo(tooMany);
        assertThat(Called.helper(fixture, "loop", 1 << 23, function, 0, 0)).isEqualTo(1);
        assertThat(Called.helper(fixture, "loop", 1, function, 0, 1)).isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.helper(fixture, "loop", -1, function, 0, 0)).isEqualTo(tooMany);
    }

    @Test
    void countsWithANumberIterator() {
        final long iterator = fixture.take(8);
        assertThat(Called.kfunc(fixture, "bpf_iter_num_new", iterator, -1, 2)).isZero();

        long number = Called.kfunc(fixture, "bpf_iter_num_next", iterator);
        while (number != 0) {
            seen.add((long) NativeMemory.getInt(number));
            number = Called.kfunc(fixture, "bpf_iter_num_next", iterator);
        }
        assertThat(seen).containsExactly(-1L, 0L, 1L);
        assertThat(Called.kfunc(fixture, "bpf_iter_num_next", iterator)).isZero();
        Called.kfunc(fixture, "bpf_iter_num_destroy", iterator);
        assertThat(Called.kfunc(fixture, "bpf_iter_num_next", iterator)).isZero();
    }

    @Test
    void numberIteratorHasLimits() {
        final long iterator = fixture.take(8);

        assertThat(Called.kfunc(fixture, "bpf_iter_num_new", iterator, 2, 1)).isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.kfunc(fixture, "bpf_iter_num_next", iterator)).isZero();
        assertThat(Called.kfunc(fixture, "bpf_iter_num_new", iterator, 0, (1 << 23) + 1))
                .isEqualTo(Errno.E2BIG.negative());
        assertThat(Called.kfunc(fixture, "bpf_iter_num_new", iterator, Integer.MIN_VALUE, Integer.MAX_VALUE))
                .isEqualTo(Errno.E2BIG.negative());
        assertThat(Called.kfunc(fixture, "bpf_iter_num_new", iterator, 5, 5)).isZero();
        assertThat(Called.kfunc(fixture, "bpf_iter_num_next", iterator)).isZero();
        assertThat(Called.kfunc(fixture, "bpf_iter_num_new", iterator, Integer.MIN_VALUE, Integer.MIN_VALUE + 1))
                .isZero();
        assertThat(NativeMemory.getInt(Called.kfunc(fixture, "bpf_iter_num_next", iterator)))
                .isEqualTo(Integer.MIN_VALUE);
    }
}
