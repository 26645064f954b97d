package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.CaptureClock;
import io.xdp4j.vm.Environment;
import io.xdp4j.vm.Execution;
import io.xdp4j.vm.HelperFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MachineHelpersTest {

    private final HelperFixture fixture = new HelperFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void readsTheClocks() {
        fixture.clock.ns = 1_003_999_999L;

        assertThat(Called.helper(fixture, "ktime_get_ns")).isEqualTo(1_003_999_999L);
        assertThat(Called.helper(fixture, "ktime_get_boot_ns")).isEqualTo(1_004_000_004L);
        assertThat(Called.helper(fixture, "ktime_get_tai_ns")).isEqualTo(1_004_000_006L);
        assertThat(Called.helper(fixture, "ktime_get_coarse_ns")).isEqualTo(1_000_000_000L);
    }

    @Test
    void jiffiesCountTicksOfFourMillisecondsFromWhereTheKernelStarts() {
        fixture.clock.ns = 0;
        assertThat(Called.helper(fixture, "jiffies64")).isEqualTo(4_294_892_296L);
        fixture.clock.ns = 1_000_000_000L;
        assertThat(Called.helper(fixture, "jiffies64")).isEqualTo(4_294_892_296L + 250);
    }

    @Test
    void randomNumbersAreUnsignedAndTheSameUnderARepeatableClock() {
        final long first = Called.helper(fixture, "get_prandom_u32");
        final long second = Called.helper(fixture, "get_prandom_u32");
        assertThat(first).isNotEqualTo(second).isBetween(0L, 0xffff_ffffL);

        final Environment world = fixture.execution().environment();
        final Environment capture = new Environment(
                world.maps(), new CaptureClock(), world.trace(), world.fib(), world.mtu(), world.timers());
        try (Execution one = new Execution(0, capture);
                Execution same = new Execution(0, capture);
                Execution other = new Execution(1, capture)) {
            final int number = one.nextRandom();
            assertThat(same.nextRandom()).isEqualTo(number);
            assertThat(other.nextRandom()).isNotEqualTo(number);
            assertThat(same.nextRandom()).isEqualTo(one.nextRandom()).isNotEqualTo(number);
        }
    }

    @Test
    void tellsTheWorkersNumber() {
        assertThat(Called.helper(fixture, "get_smp_processor_id")).isEqualTo(1);
        assertThat(Called.helper(fixture, "get_numa_node_id")).isZero();
    }

    @Test
    void tellsWhenThePacketCame() {
        fixture.packet(60);
        final long ctx = fixture.execution().context();
        final long target = fixture.take(8);

        assertThat(Called.kfunc(fixture, "bpf_xdp_metadata_rx_timestamp", ctx, target))
                .isEqualTo(Errno.EOPNOTSUPP.negative());
        fixture.burst().timestampNs[0] = 123;
        assertThat(Called.kfunc(fixture, "bpf_xdp_metadata_rx_timestamp", ctx, target))
                .isZero();
        assertThat(NativeMemory.getLong(target)).isEqualTo(123);
        assertThat(Called.kfunc(fixture, "bpf_xdp_metadata_rx_hash", ctx, target, target))
                .isEqualTo(Errno.EOPNOTSUPP.negative());
        assertThat(Called.kfunc(fixture, "bpf_xdp_metadata_rx_vlan_tag", ctx, target, target))
                .isEqualTo(Errno.ENODATA.negative());
    }
}
