package io.xdp4j.bpf;

import org.agrona.DirectBuffer;

/**
 * The consuming end of a {@code BPF_MAP_TYPE_PERF_EVENT_ARRAY}: one ring per CPU, records handed out where they lie. Order
 * holds within a CPU. A map has one reader at a time; a reader is used by one thread at a time.
 */
public interface PerfReader extends AutoCloseable {

    /**
     * Hands out records that are there, up to {@code limit}, going round the CPUs, and tells of losses. Does not wait.
     *
     * @return records handed out
     * @throws IllegalStateException if the reader or its map was closed
     */
    int consume(RecordHandler handler, int limit);

    /**
     * Waits until a record is there, at most {@code timeoutNs}.
     *
     * @return whether one is there; false also if the thread was interrupted
     */
    boolean await(long timeoutNs);

    /** Records lost on all CPUs since the reader was opened, because its rings were full. */
    long lost();

    /** Lets go of the rings: programs get {@code -ENOENT} until another reader is opened. */
    @Override
    void close();

    /** Takes records. */
    @FunctionalInterface
    interface RecordHandler {

        /**
         * Takes one record. As in {@code PERF_SAMPLE_RAW}, the length is the program's, plus 4, rounded up to a multiple of 8,
         * less 4: the bytes at the end are zero.
         *
         * @param cpu where the program ran
         * @param buffer view of the record, good until this method returns; not to be kept
         * @param offset first byte of the record in {@code buffer}
         * @param length bytes
         */
        void onRecord(int cpu, DirectBuffer buffer, int offset, int length);

        /** Tells that {@code count} more records were lost on {@code cpu}. */
        default void onLost(final int cpu, final long count) {}
    }
}
