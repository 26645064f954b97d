package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.PerfReader;
import io.xdp4j.sys.NativeMemory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * {@code BPF_MAP_TYPE_PERF_EVENT_ARRAY}: a ring for every CPU, as {@code bpf_perf_event_output} in {@code
 * kernel/trace/bpf_trace.c} and {@code net/core/filter.c}, Linux 6.18, fills them. The slots are empty until Java opens a
 * reader: programs then get -ENOENT, as in the kernel. A map of no entries gets one for each CPU, as libbpf makes it.
 *
 * <p>A record's bytes are those of {@code PERF_SAMPLE_RAW}: a 32-bit length, the data, zeros up to a multiple of eight.
 */
public final class PerfEventArray extends UserspaceMap {

    /** {@code BPF_F_INDEX_MASK}; as an index it is {@code BPF_F_CURRENT_CPU}. */
    private static final long INDEX_MASK = 0xffff_ffffL;

    /** What the 16-bit size of a perf record leaves for the data, with header and length taken off. */
    private static final int LONGEST = 65535 - 8 - 4 - 7;

    private final Signal signal = new Signal();
    private final int slots;
    private final AtomicReferenceArray<@Nullable RecordRing> rings;
    private final AtomicLongArray lost;
    private RecordRing[] all = {};
    private @Nullable Reader reader;

    PerfEventArray(final MapSpec spec, final MapContext context) {
        SpecRule.require(
                spec.maxEntries() >= 0 && spec.maxEntries() <= 1 << 24,
                spec,
                Errno.E2BIG,
                "maxEntries=" + Integer.toUnsignedString(spec.maxEntries()) + ", limit=16777216");
        SpecRule.keySize(spec, 4);
        SpecRule.valueSize(spec, 4, 4);
        SpecRule.flags(spec, SpecRule.NUMA_NODE | SpecRule.ACCESS);
        super(spec, context);
        this.slots = spec.maxEntries() == 0 ? context.cpus() : spec.maxEntries();
        this.rings = new AtomicReferenceArray<>(Math.min(slots, context.cpus()));
        this.lost = new AtomicLongArray(rings.length());
    }

    /**
     * {@code bpf_perf_event_output} for a packet that lies in one piece.
     *
     * @param flags index in the low 32 bits, or all of them set for the CPU that runs; the bits above are the caller's
     * @param cpu where the program runs
     * @param packet first of {@code packetLength} bytes of the packet, put behind the data
     * @return 0; -E2BIG: index or record too large; -ENOENT: nobody reads; -EOPNOTSUPP: another CPU's index; -ENOSPC: full,
     *     counted as lost
     */
    public int output(
            final long flags,
            final int cpu,
            final long data,
            final long size,
            final long packet,
            final int packetLength) {
        if (size < 0 || size > LONGEST) {
            return Errno.E2BIG.negative();
        }
        final long record = reserve(flags, cpu, size + packetLength);
        if (record < 0) {
            return (int) record;
        }
        NativeMemory.copy(data, record, size);
        NativeMemory.copy(packet, record + size, packetLength);
        submit(record);
        return 0;
    }

    /**
     * The address of {@code size} bytes for the caller to fill and {@link #submit}, or a negative error number as {@link
     * #output} answers. For packets in several pieces.
     */
    public long reserve(final long flags, final int cpu, final long size) {
        final long index = flags & INDEX_MASK;
        final long wanted = index == INDEX_MASK ? cpu : index;
        if (wanted >= slots || size < 0 || size > LONGEST) {
            return Errno.E2BIG.negative();
        }
        final RecordRing ring = wanted < rings.length() ? rings.get((int) wanted) : null;
        if (ring == null) {
            return Errno.ENOENT.negative();
        }
        if (wanted != cpu) {
            return Errno.EOPNOTSUPP.negative();
        }
        final int padded = (int) (size + 4 + 7 & ~7L);
        final long record = ring.reserve(padded);
        if (record == 0) {
            lost.incrementAndGet(cpu);
            return Errno.ENOSPC.negative();
        }
        NativeMemory.putLong(record + padded - 8, 0);
        NativeMemory.putInt(record, padded - 4);
        return record + 4;
    }

    /** Makes visible what {@link #reserve} gave out. */
    public void submit(final long record) {
        RecordRing.finish(record - 4, 0);
        signal.raise();
    }

    @Override
    public synchronized PerfReader openPerfBuffer(final int bytesPerCpu) {
        if (!RingMemory.possible(bytesPerCpu) || bytesPerCpu < 0) {
            throw refuse(Errno.EINVAL, "bytesPerCpu=" + bytesPerCpu + ", must be a power of two of at least 4096");
        }
        if (closed()) {
            throw refuse(Errno.EBADF, "it was closed");
        }
        if (reader != null) {
            throw refuse(Errno.EBUSY, "it has a reader: close that first");
        }
        if (all.length == 0 || all[all.length - 1].memory().size() != bytesPerCpu) {
            final RecordRing[] more = Arrays.copyOf(all, all.length + rings.length());
            for (int cpu = 0; cpu < rings.length(); cpu++) {
                more[all.length + cpu] = new RecordRing(spec(), bytesPerCpu, id(), signal);
            }
            all = more;
        }
        final RecordRing[] mine = Arrays.copyOfRange(all, all.length - rings.length(), all.length);
        reader = new Reader(mine);
        for (int cpu = 0; cpu < mine.length; cpu++) {
            rings.set(cpu, mine[cpu]);
        }
        return reader;
    }

    private MapException refuse(final Errno errno, final String remedy) {
        return new MapException("open perf buffer", spec().name(), errno.number(), 0, remedy);
    }

    private synchronized void letGo(final Reader former) {
        if (reader == former) {
            reader = null;
            for (int cpu = 0; cpu < rings.length(); cpu++) {
                rings.set(cpu, null);
            }
        }
    }

    private boolean inRange(final int index) {
        return Integer.compareUnsigned(index, slots) < 0;
    }

    @Override
    public long lookup(final long key, final int cpu) {
        return 0;
    }

    /** The kernel takes a perf event's file descriptor; here {@link #openPerfBuffer} fills the slots. */
    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        if (flags != ANY) {
            return Errno.EINVAL.negative();
        }
        return inRange(NativeMemory.getInt(key)) ? Errno.EBADF.negative() : Errno.E2BIG.negative();
    }

    @Override
    public int delete(final long key) {
        final int index = NativeMemory.getInt(key);
        if (!inRange(index)) {
            return Errno.E2BIG.negative();
        }
        return index < rings.length() && rings.getAndSet(index, null) != null ? 0 : Errno.ENOENT.negative();
    }

    @Override
    public int nextKey(final long key, final long next) {
        final int index = key == 0 ? -1 : NativeMemory.getInt(key);
        if (index == slots - 1) {
            return Errno.ENOENT.negative();
        }
        NativeMemory.putInt(next, inRange(index) ? index + 1 : 0);
        return 0;
    }

    @Override
    protected int readValue(final long key, final long value) {
        return Errno.ENOTSUPP.negative();
    }

    @Override
    public boolean owns(final long address, final int size) {
        return false;
    }

    /** Slots that are filled. */
    @Override
    public long entries() {
        long entries = 0;
        for (int cpu = 0; cpu < rings.length(); cpu++) {
            if (rings.get(cpu) != null) {
                entries++;
            }
        }
        return entries;
    }

    @Override
    public synchronized long memory() {
        long memory = 0;
        for (final RecordRing ring : all) {
            memory += ring.memory().memory();
        }
        return memory;
    }

    @Override
    protected synchronized void free() {
        for (final RecordRing ring : all) {
            ring.memory().close();
        }
    }

    private final class Reader implements PerfReader {

        private final RecordRing[] mine;
        private final long[] lostBefore;
        private final long lostAtStart;
        private int next;
        private int cpu;
        private boolean closed;
        private @Nullable RecordHandler handler;
        private final RecordRing.Handler forward = (view, length) -> {
            final RecordHandler target = handler;
            if (target != null) {
                target.onRecord(cpu, view, 4, length - 4);
            }
        };

        Reader(final RecordRing[] mine) {
            this.mine = mine;
            this.lostBefore = new long[mine.length];
            for (int i = 0; i < mine.length; i++) {
                mine[i].skipAll();
                lostBefore[i] = lost.get(i);
            }
            this.lostAtStart = Arrays.stream(lostBefore).sum();
        }

        @Override
        public int consume(final RecordHandler target, final int limit) {
            ensureOpen();
            handler = target;
            int done = 0;
            for (int i = 0; i < mine.length && done < limit; i++) {
                cpu = next;
                next = next + 1 == mine.length ? 0 : next + 1;
                done += mine[cpu].consume(forward, limit - done);
                final long now = lost.get(cpu);
                if (now != lostBefore[cpu]) {
                    final long count = now - lostBefore[cpu];
                    lostBefore[cpu] = now;
                    target.onLost(cpu, count);
                }
            }
            return done;
        }

        @Override
        public boolean await(final long timeoutNs) {
            ensureOpen();
            return signal.await(this::ready, timeoutNs);
        }

        private boolean ready() {
            for (final RecordRing ring : mine) {
                if (ring.memory().ready()) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public long lost() {
            long sum = 0;
            for (int i = 0; i < mine.length; i++) {
                sum += lost.get(i);
            }
            return sum - lostAtStart;
        }

        private void ensureOpen() {
            if (closed || closed()) {
                throw new IllegalStateException(
                        "perf buffer " + (closed ? "reader" : "map") + " is closed: map=" + spec().name());
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                letGo(this);
            }
        }
    }
}
