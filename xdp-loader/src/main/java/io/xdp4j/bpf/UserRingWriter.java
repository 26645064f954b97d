package io.xdp4j.bpf;

import org.agrona.DirectBuffer;

/**
 * The producing end of a {@code BPF_MAP_TYPE_USER_RINGBUF}: sends samples to programs, which take them with {@code
 * bpf_user_ringbuf_drain}. Safe for use by several threads.
 */
public interface UserRingWriter {

    /**
     * Copies one sample into the ring.
     *
     * @param length bytes, from 0 to {@link #maxLength()}
     * @return false if there is no space until a program has drained some
     * @throws IllegalArgumentException if the sample can never fit
     * @throws IllegalStateException if the map was closed
     */
    boolean offer(DirectBuffer source, int offset, int length);

    /**
     * Waits for a program to drain the ring, at most {@code timeoutNs}.
     *
     * @param length bytes of the sample that is to be sent
     * @return whether a sample of that length fits now; false also if the thread was interrupted
     */
    boolean awaitSpace(int length, long timeoutNs);

    /** The longest sample in bytes. */
    int maxLength();
}
