package io.xdp4j.map;

import static io.xdp4j.map.Fixture.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.UserRingWriter;
import io.xdp4j.sys.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UserRingBufferTest {

    private final Fixture fixture = new Fixture();
    private final UserRingBuffer ring = (UserRingBuffer) fixture.map(MapType.USER_RINGBUF, 0, 0, 4096, 0);
    private final UserRingWriter writer = ring.openUserRing();
    private final List<String> samples = new ArrayList<>();
    private final UserRingBuffer.SampleConsumer collect = (address, length) -> {
        samples.add(length + ":" + NativeMemory.getInt(address));
        return 0;
    };

    @AfterEach
    void close() {
        fixture.close();
    }

    private boolean offer(final int value, final int length) {
        final UnsafeBuffer source = new UnsafeBuffer(new byte[length]);
        source.putInt(0, value);
        return writer.offer(source, 0, length);
    }

    @Test
    void drainsInOrder() {
        offer(1, 4);
        offer(2, 100);
        assertThat(ring.entries()).isEqualTo(16 + 112);
        assertThat(ring.drain(collect, 0)).isEqualTo(2);
        assertThat(samples).containsExactly("4:1", "100:2");
        assertThat(ring.drain(collect, 0)).isZero();
        assertThat(ring.entries()).isZero();
    }

    @Test
    void stopsWhenTheConsumerSaysSo() {
        offer(1, 4);
        offer(2, 4);
        assertThat(ring.drain((address, length) -> 1, 0)).isEqualTo(1);
        assertThat(ring.drain(collect, 0)).isEqualTo(1);
        assertThat(samples).containsExactly("4:2");
    }

    @Test
    void refusesUnknownFlagsAndNesting() {
        offer(1, 4);
        final List<String> inner = new ArrayList<>();
        assertThat(name((int) ring.drain(collect, 4))).isEqualTo("EINVAL");
        ring.drain(
                (address, length) -> {
                    inner.add(name((int) ring.drain(collect, 0)));
                    assertThat(ring.owns(address, length)).isTrue();
                    assertThat(ring.owns(address, length + 1)).isFalse();
                    return 0;
                },
                0);
        assertThat(inner).containsExactly("EBUSY");
    }

    @Test
    void refusesSamplesThatDoNotFitAndWaitsForSpace() {
        assertThat(writer.maxLength()).isEqualTo(4088);
        assertThatThrownBy(() -> offer(1, 4089))
                .hasMessage("sample does not fit: length=4089 bytes, map=m (limit: 4088 bytes)");
        assertThat(offer(1, 4088)).isTrue();
        assertThat(offer(2, 4)).isFalse();
        assertThat(writer.awaitSpace(4, 1_000_000)).isFalse();
        ring.drain(collect, 0);
        assertThat(writer.awaitSpace(4, 0)).isTrue();
        assertThat(offer(2, 4)).isTrue();
    }

    @Test
    void carriesEverySampleToAnotherThread() throws InterruptedException {
        final int count = 50_000;
        final Thread producer = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < count; ) {
                if (offer(i, 4 + i % 60)) {
                    i++;
                } else {
                    writer.awaitSpace(64, 10_000_000_000L);
                }
            }
        });
        final int[] state = {0, 0};
        while (state[0] < count) {
            ring.drain(
                    (address, length) -> {
                        if (NativeMemory.getInt(address) != state[0] || length != 4 + state[0] % 60) {
                            state[1]++;
                        }
                        state[0]++;
                        return 0;
                    },
                    0);
        }
        producer.join();
        assertThat(state[1]).isZero();
    }
}
