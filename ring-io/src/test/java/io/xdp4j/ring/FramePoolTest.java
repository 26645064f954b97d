package io.xdp4j.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FramePoolTest {

    @Test
    void givesEveryFrameOnceAndThenNone() {
        try (FramePool pool = new FramePool(2048, 3)) {
            final Set<Long> frames = new HashSet<>();
            for (int i = 0; i < 3; i++) {
                frames.add(pool.take());
            }
            assertThat(frames).hasSize(3).doesNotContain(0L);
            assertThat(pool.take()).isZero();
            assertThat(pool.available()).isZero();
            pool.recycle(frames.iterator().next() + 700);
            assertThat(pool.take()).isIn(frames);
        }
    }

    @Test
    void refusesAFrameThatIsNotItsOwn() {
        try (FramePool pool = new FramePool(2048, 1)) {
            pool.take();
            assertThatThrownBy(() -> pool.recycle(4096))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("frame is not of this pool, or was recycled twice: address=0x1000");
        }
    }

    @Test
    void refusesAFrameThatWasRecycledAlready() {
        try (FramePool pool = new FramePool(2048, 1)) {
            final long frame = pool.take();
            pool.recycle(frame);
            assertThatThrownBy(() -> pool.recycle(frame)).hasMessageContaining("recycled twice");
        }
    }

    @Test
    void refusesSizesThatCannotHoldAPacket() {
        assertThatThrownBy(() -> new FramePool(512, 1))
                .hasMessage("frame size must be a multiple of 64 of at least 640: frameSize=512 bytes");
        assertThatThrownBy(() -> new FramePool(4096, 1 << 20))
                .hasMessage("frames must be 1 or more and fit in 2 GiB: frames=1048576, frameSize=4096 bytes");
    }
}
