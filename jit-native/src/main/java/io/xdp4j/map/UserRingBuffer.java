package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.UserRingWriter;
import io.xdp4j.sys.NativeMemory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * {@code BPF_MAP_TYPE_USER_RINGBUF} as {@code kernel/bpf/ringbuf.c}, Linux 6.18: Java writes samples through {@link
 * #openUserRing()}, programs take them by {@code bpf_user_ringbuf_drain}. Takes twice its size in memory.
 */
public final class UserRingBuffer extends KeylessMap {

    /** {@code BPF_MAX_USER_RINGBUF_SAMPLES}: samples that one drain takes at most. */
    static final int MOST_SAMPLES = 128 * 1024;

    /** {@code DYNPTR_MAX_SIZE}. */
    private static final int LONGEST = (1 << 24) - 1;

    private static final long FLAGS = RecordRing.NO_WAKEUP | RecordRing.FORCE_WAKEUP;

    private final RingMemory memory;
    private final Signal drained = new Signal();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final Writer writer = new Writer();

    UserRingBuffer(final MapSpec spec, final MapContext context) {
        RingBuffer.check(spec);
        this.memory = new RingMemory(spec, spec.maxEntries());
        super(spec, context, Errno.ENOTSUPP);
    }

    /**
     * {@code bpf_user_ringbuf_drain}: gives each finished sample to the consumer until it answers other than 0, or there is
     * none.
     *
     * @return samples given out; -EINVAL for unknown flags, -EBUSY while another program drains
     */
    public long drain(final SampleConsumer consumer, final long flags) {
        if ((flags & ~FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        if (!draining.compareAndSet(false, true)) {
            return Errno.EBUSY.negative();
        }
        int seen = 0;
        int taken = 0;
        try {
            boolean more = true;
            while (more && seen < MOST_SAMPLES && memory.ready()) {
                final long position = memory.consumer();
                final long header = memory.header(position);
                final int bits = NativeMemory.getIntAcquire(header);
                final int length = bits & RingMemory.LENGTH;
                try {
                    if ((bits & RingMemory.DISCARD) == 0) {
                        taken++;
                        more = consumer.onSample(header + RingMemory.HEADER, length) == 0;
                    }
                } finally {
                    memory.consumer(position + RingMemory.span(length));
                }
                seen++;
            }
        } finally {
            // A full fence, which the writer's wake-up needs too.
            draining.set(false);
        }
        if ((flags & RecordRing.FORCE_WAKEUP) != 0 || (seen > 0 && (flags & RecordRing.NO_WAKEUP) == 0)) {
            drained.raise();
        }
        return taken;
    }

    @Override
    public UserRingWriter openUserRing() {
        return writer;
    }

    /** Whether the bytes lie in the sample that a drain is giving out. */
    @Override
    public boolean owns(final long address, final int size) {
        final long position = memory.consumer();
        if (!draining.get() || position >= memory.producer()) {
            return false;
        }
        final long header = memory.header(position);
        final int length = NativeMemory.getIntAcquire(header) & RingMemory.LENGTH;
        final long offset = address - header - RingMemory.HEADER;
        return offset >= 0 && offset + size <= length;
    }

    /** Bytes not drained. */
    @Override
    public long entries() {
        final long consumer = memory.consumer();
        return memory.producer() - consumer;
    }

    @Override
    public long memory() {
        return memory.memory();
    }

    @Override
    protected void free() {
        memory.close();
    }

    /** Takes samples for a program. */
    @FunctionalInterface
    public interface SampleConsumer {

        /**
         * Takes one sample.
         *
         * @param address its first byte, good until this method returns
         * @param length bytes
         * @return 0 to go on
         */
        long onSample(long address, int length);
    }

    private final class Writer implements UserRingWriter {

        private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

        @Override
        public synchronized boolean offer(final DirectBuffer source, final int offset, final int length) {
            ensureFits(length);
            if (!fits(length)) {
                return false;
            }
            final long position = memory.producer();
            final long header = memory.header(position);
            view.wrap(header + RingMemory.HEADER, length);
            view.putBytes(0, source, offset, length);
            NativeMemory.putInt(header + 4, id());
            NativeMemory.putInt(header, length);
            memory.producer(position + RingMemory.span(length));
            return true;
        }

        @Override
        public boolean awaitSpace(final int length, final long timeoutNs) {
            ensureFits(length);
            return drained.await(() -> fits(length), timeoutNs);
        }

        @Override
        public int maxLength() {
            return (int) Math.min(LONGEST, memory.size() - RingMemory.HEADER);
        }

        private boolean fits(final int length) {
            final long consumer = memory.consumer();
            return memory.producer() + RingMemory.span(length) - consumer <= memory.size();
        }

        private void ensureFits(final int length) {
            if (closed()) {
                throw new IllegalStateException("user ring buffer is closed: map=" + spec().name());
            }
            if (length < 0 || length > maxLength()) {
                throw new IllegalArgumentException("sample does not fit: length=" + length + " bytes, map="
                        + spec().name() + " (limit: " + maxLength() + " bytes)");
            }
        }
    }
}
