package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapType;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Fib;
import io.xdp4j.vm.HelperFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedirectHelpersTest {

    private static final long DROP = 1;
    private static final long PASS = 2;
    private static final long REDIRECT = 4;
    private static final long BROADCAST = 8;
    private static final long EXCLUDE_INGRESS = 16;

    private final HelperFixture fixture = new HelperFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void expectTarget(final int map, final int index, final int flags) {
        assertThat(fixture.burst().redirectMap[0]).isEqualTo(map);
        assertThat(fixture.burst().redirectTarget[0]).isEqualTo(index);
        assertThat(fixture.burst().redirectFlags[0]).isEqualTo(flags);
    }

    @Test
    void redirectsToAnInterface() {
        fixture.packet(60);

        assertThat(Called.helper(fixture, "redirect", 12, 0)).isEqualTo(REDIRECT);
        expectTarget(0, 12, 0);
        assertThat(Called.helper(fixture, "redirect", 13, 1)).isZero();
        expectTarget(0, 12, 0);
    }

    @Test
    void redirectsThroughAMapOrFallsBack() {
        fixture.packet(60);
        final UserspaceMap map = fixture.map(MapType.DEVMAP, 4, 4, 8);
        assertThat(map.update(fixture.words(3), fixture.words(42), 0, 0)).isZero();

        assertThat(Called.helper(fixture, "redirect_map", map.handle(), 3, DROP))
                .isEqualTo(REDIRECT);
        expectTarget(map.id(), 3, 0);
        assertThat(Called.helper(fixture, "redirect_map", map.handle(), 4, PASS))
                .isEqualTo(PASS);
        expectTarget(0, 0, 0);
        assertThat(Called.helper(fixture, "redirect_map", map.handle(), 99, DROP))
                .isEqualTo(DROP);
        assertThat(Called.helper(fixture, "redirect_map", map.handle(), 3, 1 << 5))
                .isZero();
    }

    @Test
    void broadcastsThroughADeviceMapOnly() {
        fixture.packet(60);
        final UserspaceMap devices = fixture.map(MapType.DEVMAP, 4, 4, 8);
        final UserspaceMap cpus = fixture.map(MapType.CPUMAP, 4, 4, 2);

        assertThat(Called.helper(fixture, "redirect_map", devices.handle(), 0, BROADCAST | EXCLUDE_INGRESS | PASS))
                .isEqualTo(REDIRECT);
        expectTarget(devices.id(), -1, (int) (BROADCAST | EXCLUDE_INGRESS));
        assertThat(Called.helper(fixture, "redirect_map", cpus.handle(), 0, BROADCAST))
                .isZero();
    }

    @Test
    void excludingTheIngressWithoutABroadcastMeansNothing() {
        fixture.packet(60);
        final UserspaceMap map = fixture.map(MapType.DEVMAP_HASH, 4, 4, 8);
        assertThat(map.update(fixture.words(300), fixture.words(42), 0, 0)).isZero();

        assertThat(Called.helper(fixture, "redirect_map", map.handle(), 300, EXCLUDE_INGRESS))
                .isEqualTo(REDIRECT);
        expectTarget(map.id(), 300, 0);
    }

    @Test
    void refusesToRedirectThroughAnotherKindOfMap() {
        fixture.packet(60);
        final UserspaceMap map = fixture.map(MapType.QUEUE, 0, 4, 8);

        assertThat(Called.helper(fixture, "redirect_map", map.handle(), 0, 0)).isZero();
        assertThat(fixture.fault()).isEqualTo("redirect through a map that is no devmap, cpumap or xskmap");
    }

    @Test
    void asksTheRoutesWithWhatTheProgramGave() {
        fixture.packet(60);
        final long parameters = fixture.take(64);
        NativeMemory.putByte(parameters, (byte) 2);
        fixture.fib = (given, length, flags) -> {
            NativeMemory.putInt(given + 8, 77);
            return given == parameters && length == 64 && flags == 3 ? Fib.SUCCESS : -1;
        };
        final long ctx = fixture.execution().context();

        assertThat(Called.helper(fixture, "fib_lookup", ctx, parameters, 64, 3)).isZero();
        assertThat(NativeMemory.getInt(parameters + 8)).isEqualTo(77);
        assertThat(Called.helper(fixture, "fib_lookup", ctx, parameters, 63, 0)).isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.helper(fixture, "fib_lookup", ctx, parameters, 64, 64))
                .isEqualTo(Errno.EINVAL.negative());
        NativeMemory.putByte(parameters, (byte) 3);
        assertThat(Called.helper(fixture, "fib_lookup", ctx, parameters, 64, 0))
                .isEqualTo(Errno.EAFNOSUPPORT.negative());
    }

    private long mtu(final int ifindex, final long length, final int difference, final long flags) {
        return Called.helper(fixture, "check_mtu", fixture.execution().context(), ifindex, length, difference, flags);
    }

    @Test
    void checksThePacketAgainstTheMtu() {
        fixture.packet(1514);
        final long length = fixture.take(4);

        assertThat(mtu(7, length, 0, 0)).isZero();
        assertThat(NativeMemory.getInt(length)).isEqualTo(1500);
        NativeMemory.putInt(length, 0);
        assertThat(mtu(7, length, 1, 0)).isEqualTo(1);
        assertThat(NativeMemory.getInt(length)).isEqualTo(1500);
        assertThat(mtu(7, length, 0, 0)).isZero();
        NativeMemory.putInt(length, 1501);
        assertThat(mtu(7, length, 0, 0)).isEqualTo(1);
        NativeMemory.putInt(length, 1501);
        assertThat(mtu(7, length, -1, 0)).isZero();
        assertThat(mtu(0, length, 0, 0)).isZero();
        assertThat(NativeMemory.getInt(length)).isEqualTo(9000);
    }

    @Test
    void mtuCheckKnowsNoFlagsAndNoMissingInterface() {
        fixture.packet(60);
        final long length = fixture.take(4);

        assertThat(mtu(7, length, 0, 1)).isEqualTo(Errno.EINVAL.negative());
        assertThat(mtu(8, length, 0, 0)).isEqualTo(Errno.ENODEV.negative());
        assertThat(NativeMemory.getInt(length)).isZero();
    }
}
