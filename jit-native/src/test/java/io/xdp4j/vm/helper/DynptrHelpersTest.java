package io.xdp4j.vm.helper;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.HelperFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DynptrHelpersTest {

    private final HelperFixture fixture = new HelperFixture();
    private final long dynptr = fixture.take(16);
    private final long buffer = fixture.take(256);

    @AfterEach
    void close() {
        fixture.close();
    }

    private long read(final long length, final long offset) {
        return Called.helper(fixture, "dynptr_read", buffer, length, dynptr, offset, 0);
    }

    private long write(final long offset, final long source, final long length) {
        return Called.helper(fixture, "dynptr_write", dynptr, offset, source, length, 0);
    }

    private long size() {
        return Called.kfunc(fixture, "bpf_dynptr_size", dynptr);
    }

    private void fromMemory(final long memory, final int size) {
        assertThat(Called.helper(fixture, "dynptr_from_mem", memory, size, 0, dynptr))
                .isZero();
    }

    private void fromPacket() {
        assertThat(Called.kfunc(
                        fixture, "bpf_dynptr_from_xdp", fixture.execution().context(), 0, dynptr))
                .isZero();
    }

    @Test
    void readsAndWritesWithinItsBounds() {
        final long memory = fixture.take(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 99});
        fromMemory(memory, 8);

        assertThat(read(8, 0)).isZero();
        assertThat(fixture.at(buffer, 9)).isEqualTo(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 0});
        assertThat(read(1, 8)).isEqualTo(Errno.E2BIG.negative());
        assertThat(read(9, 0)).isEqualTo(Errno.E2BIG.negative());
        assertThat(read(4, 0xffff_fffeL)).isEqualTo(Errno.E2BIG.negative());
        assertThat(write(6, fixture.take(new byte[] {60, 70}), 2)).isZero();
        assertThat(fixture.at(memory, 9)).isEqualTo(new byte[] {1, 2, 3, 4, 5, 6, 60, 70, 99});
        assertThat(write(7, memory, 2)).isEqualTo(Errno.E2BIG.negative());
    }

    @Test
    void refusesFlagsAndSizesThatDoNotFit() {
        final long memory = fixture.take(8);

        assertThat(Called.helper(fixture, "dynptr_from_mem", memory, 8, 1, dynptr))
                .isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.kfunc(fixture, "bpf_dynptr_is_null", dynptr)).isEqualTo(1);
        assertThat(Called.helper(fixture, "dynptr_from_mem", memory, 1 << 24, 0, dynptr))
                .isEqualTo(Errno.E2BIG.negative());
        assertThat(read(1, 0)).isEqualTo(Errno.EINVAL.negative());
        assertThat(write(0, memory, 1)).isEqualTo(Errno.EINVAL.negative());
        assertThat(size()).isEqualTo(0xffff_ffeaL);
    }

    @Test
    void givesTheAddressOfMemoryButNotOfAPacket() {
        final long memory = fixture.take(8);
        fromMemory(memory, 8);

        assertThat(Called.helper(fixture, "dynptr_data", dynptr, 2, 6)).isEqualTo(memory + 2);
        assertThat(Called.helper(fixture, "dynptr_data", dynptr, 2, 7)).isZero();
        fixture.packet(60);
        fromPacket();
        assertThat(Called.helper(fixture, "dynptr_data", dynptr, 0, 4)).isZero();
    }

    @Test
    void readsAPacketInThreeFrames() {
        fixture.packet(20, 10, 30);
        fromPacket();

        assertThat(size()).isEqualTo(60);
        assertThat(read(20, 15)).isZero();
        assertThat(NativeMemory.getByte(buffer)).isEqualTo((byte) 15);
        assertThat(NativeMemory.getByte(buffer + 19)).isEqualTo((byte) 34);
        assertThat(read(1, 60)).isEqualTo(Errno.E2BIG.negative());
        assertThat(write(19, fixture.take(new byte[] {-1, -2}), 2)).isZero();
        assertThat(fixture.bytes()[19]).isEqualTo((byte) -1);
        assertThat(fixture.bytes()[20]).isEqualTo((byte) -2);
    }

    @Test
    void slicesWhereBytesLieTogetherAndCopiesWhereNot() {
        fixture.packet(20, 10);
        fromPacket();

        assertThat(Called.kfunc(fixture, "bpf_dynptr_slice", dynptr, 4, buffer, 16))
                .isEqualTo(fixture.execution().data() + 4);
        assertThat(Called.kfunc(fixture, "bpf_dynptr_slice_rdwr", dynptr, 20, buffer, 10))
                .isEqualTo(fixture.burst().data[1]);
        assertThat(Called.kfunc(fixture, "bpf_dynptr_slice", dynptr, 18, buffer, 4))
                .isEqualTo(buffer);
        assertThat(fixture.at(buffer, 4)).isEqualTo(new byte[] {18, 19, 20, 21});
        assertThat(Called.kfunc(fixture, "bpf_dynptr_slice", dynptr, 18, 0, 4)).isZero();
        assertThat(Called.kfunc(fixture, "bpf_dynptr_slice", dynptr, 27, buffer, 4))
                .isZero();
    }

    @Test
    void oldDynptrOfAPacketThatShrankReadsNothingOutside() {
        fixture.packet(60);
        fromPacket();
        Called.helper(fixture, "xdp_adjust_tail", fixture.execution().context(), -40);

        assertThat(read(40, 0)).isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.kfunc(fixture, "bpf_dynptr_slice", dynptr, 10, buffer, 20))
                .isZero();
    }

    @Test
    void adjustNarrowsAndCloneKeeps() {
        final long clone = fixture.take(16);
        fromMemory(fixture.take(new byte[] {0, 1, 2, 3, 4, 5, 6, 7}), 8);
        assertThat(Called.kfunc(fixture, "bpf_dynptr_clone", dynptr, clone)).isZero();

        assertThat(Called.kfunc(fixture, "bpf_dynptr_adjust", dynptr, 3, 2)).isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.kfunc(fixture, "bpf_dynptr_adjust", dynptr, 3, 9)).isEqualTo(Errno.ERANGE.negative());
        assertThat(Called.kfunc(fixture, "bpf_dynptr_adjust", dynptr, 2, 6)).isZero();
        assertThat(size()).isEqualTo(4);
        assertThat(read(4, 0)).isZero();
        assertThat(fixture.at(buffer, 4)).isEqualTo(new byte[] {2, 3, 4, 5});
        assertThat(read(1, 4)).isEqualTo(Errno.E2BIG.negative());
        assertThat(Called.kfunc(fixture, "bpf_dynptr_size", clone)).isEqualTo(8);
    }

    @Test
    void readOnlyOneIsNotWritten() {
        final long memory = fixture.take(8);
        fromMemory(memory, 8);
        Dynptr.setReadOnly(dynptr);

        assertThat(Called.kfunc(fixture, "bpf_dynptr_is_rdonly", dynptr)).isEqualTo(1);
        assertThat(write(0, memory, 1)).isEqualTo(Errno.EINVAL.negative());
        assertThat(Called.helper(fixture, "dynptr_data", dynptr, 0, 8)).isZero();
        assertThat(Called.kfunc(fixture, "bpf_dynptr_slice_rdwr", dynptr, 0, 0, 8))
                .isZero();
        assertThat(Called.kfunc(fixture, "bpf_dynptr_slice", dynptr, 0, 0, 8)).isEqualTo(memory);
        assertThat(size()).isEqualTo(8);
    }

    @Test
    void forgedOneEndsTheProgram() {
        Dynptr.set(dynptr, Dynptr.LOCAL, 0x1000, 8);
        assertThat(read(8, 0)).isZero();
        assertThat(fixture.fault()).isEqualTo("dynptr leads to memory that is not readable");
        fixture.packet(60);
        Dynptr.set(dynptr, 7, 0x1000, 8);
        assertThat(write(0, buffer, 8)).isZero();
        assertThat(fixture.fault()).isEqualTo("no function made this dynptr");
    }
}
