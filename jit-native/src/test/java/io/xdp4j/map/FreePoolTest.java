package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FreePoolTest {

    private static final int THREADS = 2;
    private static final int ROUNDS = 300;

    /** One thread claims all elements at once, to give the rest to the others: they must not take the pool for empty. */
    @Test
    void findsAnElementForEveryThreadWhileABatchIsClaimed() throws InterruptedException {
        final MapSpec spec = MapSpec.of("m", MapType.HASH, 4, 8, 16);
        final MapMemory[] memories = new MapMemory[ROUNDS];
        final FreePool[] pools = new FreePool[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            memories[i] = new MapMemory(spec);
            pools[i] = new FreePool(memories[i], ElementLayout.of(4, 8), THREADS);
        }
        final CyclicBarrier start = new CyclicBarrier(THREADS);
        final AtomicInteger arrived = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        final AtomicLong sum = new AtomicLong();
        final Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            threads[i] = Thread.ofPlatform().start(() -> {
                await(start);
                for (int round = 0; round < ROUNDS; round++) {
                    arrived.incrementAndGet();
                    while (arrived.get() < (round + 1) * THREADS) {
                        Thread.onSpinWait();
                    }
                    final long element = pools[round].take(0, 0);
                    if (element < 0) {
                        refused.incrementAndGet();
                    } else {
                        sum.addAndGet(1);
                    }
                }
            });
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        for (final MapMemory memory : memories) {
            memory.close();
        }
        assertThat(refused).hasValue(0);
        assertThat(sum).hasValue((long) THREADS * ROUNDS);
    }

    private static void await(final CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (final InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
