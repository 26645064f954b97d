package io.xdp4j.bpf;

import org.agrona.DirectBuffer;

/**
 * The consuming end of a {@code BPF_MAP_TYPE_RINGBUF}: hands out records where they lie, without a copy, in the order in
 * which programs reserved them. A ring has one reader at a time; a reader is used by one thread at a time.
 */
public interface RingBufferReader extends AutoCloseable {

    /**
     * Hands out records that are ready, up to {@code limit}, and gives each one's space back after its handler returned or
     * threw. Does not wait. Discarded records are skipped and not counted.
     *
     * @return records handed out
     * @throws IllegalStateException if the reader or its map was closed
     */
    int consume(RecordHandler handler, int limit);

    /**
     * Waits until a record is ready, at most {@code timeoutNs}. Records that programs submit with {@code BPF_RB_NO_WAKEUP}
     * do not end the wait, but are seen when it ends, and when the next one begins.
     *
     * @return whether a record is ready; false also if the thread was interrupted
     */
    boolean await(long timeoutNs);

    /** Bytes of records between the reader and the producers, headers and unfinished records included. */
    long available();

    /** Lets go of the ring, so that another reader may be opened; its records stay. */
    @Override
    void close();

    /** Takes records. */
    @FunctionalInterface
    interface RecordHandler {

        /**
         * Takes one record.
         *
         * @param buffer view of the record, good until this method returns; not to be kept
         * @param offset first byte of the record in {@code buffer}
         * @param length bytes
         */
        void onRecord(DirectBuffer buffer, int offset, int length);
    }
}
