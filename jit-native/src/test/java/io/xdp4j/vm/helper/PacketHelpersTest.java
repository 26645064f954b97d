package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.packet.Burst;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.HelperFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PacketHelpersTest {

    private final HelperFixture fixture = new HelperFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private long head(final int offset) {
        return Called.helper(fixture, "xdp_adjust_head", fixture.execution().context(), offset);
    }

    private long meta(final int offset) {
        return Called.helper(fixture, "xdp_adjust_meta", fixture.execution().context(), offset);
    }

    private long tail(final int offset) {
        return Called.helper(fixture, "xdp_adjust_tail", fixture.execution().context(), offset);
    }

    private long load(final long offset, final long target, final long length) {
        return Called.helper(fixture, "xdp_load_bytes", fixture.execution().context(), offset, target, length);
    }

    private long store(final long offset, final long source, final long length) {
        return Called.helper(fixture, "xdp_store_bytes", fixture.execution().context(), offset, source, length);
    }

    private static byte[] counting(final int from, final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (from + i);
        }
        return bytes;
    }

    @Test
    void adjustHeadGrowsByAtMost216Bytes() {
        fixture.packet(60);
        final long data = fixture.execution().data();

        assertThat(head(-217)).isEqualTo(Errno.EINVAL.negative());
        assertThat(fixture.execution().data()).isEqualTo(data);
        assertThat(head(-216)).isZero();
        assertThat(fixture.execution().data()).isEqualTo(data - 216);
        assertThat(fixture.burst().length[0]).isEqualTo(276);
        assertThat(head(-1)).isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void adjustHeadLeavesAnEthernetHeader() {
        fixture.packet(60);

        assertThat(head(47)).isEqualTo(Errno.EINVAL.negative());
        assertThat(head(46)).isZero();
        assertThat(fixture.bytes()).isEqualTo(counting(46, 14));
        assertThat(head(1)).isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void adjustHeadMovesMetadataWithThePacketAndLeavesItRoom() {
        fixture.packet(60);
        assertThat(meta(-8)).isZero();
        NativeMemory.putLong(fixture.execution().dataMeta(), 0x1122_3344_5566_7788L);

        assertThat(head(-209)).isEqualTo(Errno.EINVAL.negative());
        assertThat(head(-208)).isZero();
        assertThat(fixture.execution().data() - fixture.execution().dataMeta()).isEqualTo(8);
        assertThat(NativeMemory.getLong(fixture.execution().dataMeta())).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(head(20)).isZero();
        assertThat(NativeMemory.getLong(fixture.execution().dataMeta())).isEqualTo(0x1122_3344_5566_7788L);
    }

    @Test
    void metadataIsAlignedAndHoldsAtMost252Bytes() {
        fixture.packet(60);

        assertThat(meta(-2)).isEqualTo(Errno.EACCES.negative());
        assertThat(meta(4)).isEqualTo(Errno.EINVAL.negative());
        assertThat(meta(-216)).isZero();
        assertThat(meta(-4)).isEqualTo(Errno.EINVAL.negative());
        assertThat(meta(212)).isZero();
        assertThat(fixture.burst().metaLength[0]).isEqualTo(4);
        assertThat(meta(4)).isZero();
        assertThat(fixture.burst().metaLength[0]).isZero();

        head(40);
        assertThat(meta(-256)).isEqualTo(Errno.EACCES.negative());
        assertThat(meta(-252)).isZero();
    }

    @Test
    void programMayTouchWhatAHelperMadePartOfThePacket() {
        fixture.packet(60);
        final long data = fixture.execution().data();

        assertThat(fixture.execution().writable(data - 4, 4)).isFalse();
        meta(-4);
        assertThat(fixture.execution().writable(data - 4, 4)).isTrue();
        tail(-10);
        assertThat(fixture.execution().readable(data + 49, 1)).isTrue();
        assertThat(fixture.execution().readable(data + 50, 1)).isFalse();
    }

    @Test
    void adjustTailGrowsZeroFilledUpToTheSharedInfo() {
        fixture.packet(100);
        NativeMemory.fill(fixture.execution().dataEnd(), 64, (byte) 0x5a);

        assertThat(tail(4096 - 256 - 320 - 100 + 1)).isEqualTo(Errno.EINVAL.negative());
        assertThat(tail(4096 - 256 - 320 - 100)).isZero();
        assertThat(fixture.burst().length[0]).isEqualTo(3520);
        assertThat(fixture.at(fixture.execution().data() + 100, 64)).isEqualTo(new byte[64]);
        assertThat(tail(1)).isEqualTo(Errno.EINVAL.negative());
    }

    @Test
    void adjustTailLeavesAnEthernetHeader() {
        fixture.packet(100);

        assertThat(tail(-87)).isEqualTo(Errno.EINVAL.negative());
        assertThat(tail(-86)).isZero();
        assertThat(fixture.bytes()).isEqualTo(counting(0, 14));
    }

    @Test
    void adjustTailShrinksAcrossThreeFrames() {
        fixture.packet(100, 50, 30);

        assertThat(tail(-40)).isZero();
        assertThat(fixture.bytes()).isEqualTo(counting(0, 140));
        assertThat(fixture.burst().length).startsWith(100, 40, 0);
        assertThat(fixture.burst().options).startsWith(Burst.CONTINUES, Burst.CONTINUES, 0);
        assertThat(fixture.burst().next(0)).isEqualTo(3);

        assertThat(tail(-127)).isEqualTo(Errno.EINVAL.negative());
        assertThat(tail(-126)).isZero();
        assertThat(fixture.bytes()).isEqualTo(counting(0, 14));
        assertThat(Called.helper(
                        fixture, "xdp_get_buff_len", fixture.execution().context()))
                .isEqualTo(14);
    }

    @Test
    void packetThatLostItsFramesGrowsInItsFirst() {
        fixture.packet(100, 50);
        assertThat(tail(-50)).isZero();

        assertThat(tail(3521 - 100)).isEqualTo(Errno.EINVAL.negative());
        assertThat(tail(3520 - 100)).isZero();
        assertThat(fixture.burst().length).startsWith(3520, 0);
    }

    @Test
    void adjustTailGrowsTheLastFrameToItsEnd() {
        fixture.packet(100, 50, 30);
        final long end = fixture.burst().data[2] + 30;
        NativeMemory.fill(end, 16, (byte) 0x5a);

        assertThat(tail(4096 - 256 - 30 + 1)).isEqualTo(Errno.EINVAL.negative());
        assertThat(tail(16)).isZero();
        assertThat(fixture.burst().length).startsWith(100, 50, 46);
        assertThat(fixture.at(end, 16)).isEqualTo(new byte[16]);
        assertThat(tail(4096 - 256 - 46)).isZero();
    }

    @Test
    void loadsBytesAcrossThreeFrames() {
        fixture.packet(100, 50, 30);
        final long target = fixture.take(256);

        assertThat(Called.helper(
                        fixture, "xdp_get_buff_len", fixture.execution().context()))
                .isEqualTo(180);
        assertThat(load(0, target, 180)).isZero();
        assertThat(fixture.at(target, 180)).isEqualTo(counting(0, 180));
        assertThat(load(99, target, 53)).isZero();
        assertThat(fixture.at(target, 53)).isEqualTo(counting(99, 53));
        assertThat(load(100, target, 50)).isZero();
        assertThat(fixture.at(target, 50)).isEqualTo(counting(100, 50));
        assertThat(load(179, target, 1)).isZero();
        assertThat(fixture.at(target, 1)).isEqualTo(counting(179, 1));
    }

    @Test
    void storesBytesAcrossThreeFrames() {
        fixture.packet(100, 50, 30);
        final byte[] expected = counting(0, 180);
        final byte[] put = counting(200, 60);
        System.arraycopy(put, 0, expected, 95, 60);

        assertThat(store(95, fixture.take(put), 60)).isZero();
        assertThat(fixture.bytes()).isEqualTo(expected);
    }

    @Test
    void refusesBytesThatThePacketDoesNotHave() {
        fixture.packet(100, 50);
        final long target = fixture.take(256);

        assertThat(load(150, target, 1)).isEqualTo(Errno.EINVAL.negative());
        assertThat(load(0, target, 151)).isEqualTo(Errno.EINVAL.negative());
        assertThat(load(0x10000, target, 1)).isEqualTo(Errno.EFAULT.negative());
        assertThat(load(0, target, 0x10000)).isEqualTo(Errno.EFAULT.negative());
        assertThat(load(-1, target, 1)).isEqualTo(Errno.EFAULT.negative());
        assertThat(store(149, target, 2)).isEqualTo(Errno.EINVAL.negative());
        assertThat(fixture.bytes()).isEqualTo(counting(0, 150));
    }
}
