package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.RingBufferReader;
import io.xdp4j.sys.NativeMemory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * {@code BPF_MAP_TYPE_RINGBUF} as {@code kernel/bpf/ringbuf.c}, Linux 6.18: programs reserve, fill and submit records,
 * Java reads them where they lie through {@link #openRingBuffer()}. Takes twice its size in memory.
 *
 * <p>{@code bpf_ringbuf_submit} names no map: {@link #ofRecord} finds it.
 */
public final class RingBuffer extends KeylessMap {

    /** {@code BPF_RB_NO_WAKEUP}. */
    public static final long NO_WAKEUP = RecordRing.NO_WAKEUP;

    /** {@code BPF_RB_FORCE_WAKEUP}. */
    public static final long FORCE_WAKEUP = RecordRing.FORCE_WAKEUP;

    private final Signal signal = new Signal();
    private final RecordRing ring;
    private final AtomicBoolean hasReader = new AtomicBoolean();

    RingBuffer(final MapSpec spec, final MapContext context) {
        check(spec);
        super(spec, context, Errno.ENOTSUPP);
        this.ring = new RecordRing(spec, spec.maxEntries(), id(), signal);
    }

    static void check(final MapSpec spec) {
        SpecRule.keySize(spec, 0);
        SpecRule.valueSize(spec, 0, 0);
        SpecRule.flags(spec, SpecRule.NUMA_NODE);
        SpecRule.require(
                RingMemory.possible(spec.maxEntries()),
                spec,
                Errno.EINVAL,
                "size must be a power of two and a multiple of 4096: maxEntries="
                        + Integer.toUnsignedString(spec.maxEntries()) + " bytes");
        SpecRule.require(
                spec.maxEntries() > 0, spec, Errno.ENOMEM, "maxEntries=2147483648 bytes, limit=1073741824 bytes");
    }

    /** The ring buffer of a record that {@link #reserve} gave out, or null if it was closed. */
    public static @Nullable RingBuffer ofRecord(final MapTable table, final long record) {
        return table.byId(NativeMemory.getInt(record - 4)) instanceof RingBuffer buffer ? buffer : null;
    }

    /**
     * {@code bpf_ringbuf_reserve}: the address of {@code size} bytes for the program to fill and submit or discard; 0 if
     * there is no space or a flag is set.
     */
    public long reserve(final long size, final long flags) {
        return flags != 0 ? 0 : ring.reserve(size);
    }

    /** {@code bpf_ringbuf_submit}: the record becomes visible. */
    public void submit(final long record, final long flags) {
        ring.commit(record, false, flags);
    }

    /** {@code bpf_ringbuf_discard}: the record is skipped. */
    public void discard(final long record, final long flags) {
        ring.commit(record, true, flags);
    }

    /** {@code bpf_ringbuf_output}: copies {@code size} bytes into a record of their own; 0, -EINVAL or -EAGAIN. */
    public int output(final long data, final long size, final long flags) {
        if ((flags & ~(NO_WAKEUP | FORCE_WAKEUP)) != 0) {
            return Errno.EINVAL.negative();
        }
        final long record = ring.reserve(size);
        if (record == 0) {
            return Errno.EAGAIN.negative();
        }
        NativeMemory.copy(data, record, size);
        ring.commit(record, false, flags);
        return 0;
    }

    /**
     * {@code bpf_ringbuf_query}: bytes not consumed (0), size (1), consumer position (2), producer position (3); 0 for any
     * other question.
     */
    public long query(final long what) {
        final RingMemory memory = ring.memory();
        if (what == 0) {
            final long consumer = memory.consumer();
            return memory.producer() - consumer;
        }
        return what == 1 ? memory.size() : what == 2 ? memory.consumer() : what == 3 ? memory.producer() : 0;
    }

    @Override
    public RingBufferReader openRingBuffer() {
        if (closed() || !hasReader.compareAndSet(false, true)) {
            throw new MapException(
                    "open ring buffer",
                    spec().name(),
                    closed() ? Errno.EBADF.number() : Errno.EBUSY.number(),
                    0,
                    closed() ? "it was closed" : "it has a reader: close that first");
        }
        return new Reader();
    }

    /** Whether the bytes lie in a record that is reserved and not yet submitted. */
    @Override
    public boolean owns(final long address, final int size) {
        return ring.owns(address, size);
    }

    /** Bytes not consumed. */
    @Override
    public long entries() {
        return query(0);
    }

    @Override
    public long memory() {
        return ring.memory().memory();
    }

    @Override
    protected void free() {
        ring.memory().close();
    }

    private final class Reader implements RingBufferReader {

        private boolean closed;
        private @Nullable RecordHandler handler;
        private final RecordRing.Handler forward = (view, length) -> {
            final RecordHandler target = handler;
            if (target != null) {
                target.onRecord(view, 0, length);
            }
        };

        @Override
        public int consume(final RecordHandler target, final int limit) {
            ensureOpen();
            handler = target;
            return ring.consume(forward, limit);
        }

        @Override
        public boolean await(final long timeoutNs) {
            ensureOpen();
            return signal.await(ring.memory()::ready, timeoutNs);
        }

        @Override
        public long available() {
            ensureOpen();
            return query(0);
        }

        private void ensureOpen() {
            if (closed || closed()) {
                throw new IllegalStateException(
                        "ring buffer " + (closed ? "reader" : "map") + " is closed: map=" + spec().name());
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                hasReader.set(false);
            }
        }
    }
}
