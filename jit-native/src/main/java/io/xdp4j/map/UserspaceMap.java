package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.Program;
import io.xdp4j.sys.NativeMemory;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A map that programs in the JVM use.
 *
 * <p>It has two faces. Programs and helpers call the methods over native addresses ({@link #lookup(long, int)} and its
 * neighbours): nothing is checked, nothing allocated, readers never wait, and a value's address stays good for as long
 * as it would under RCU. Java code calls the methods of {@link BpfMap} over buffers; {@link MapBuffers} copies what they
 * hold into native memory of the map's and back.
 *
 * <p>A map's memory outlives {@link #close()} while another map holds it in a slot. After that, Java's operations answer
 * {@code -EBADF}, programs do not find it, and the memory goes once no worker can still have an address in it ({@link
 * Grace}).
 *
 * <p>Errors are negative error numbers as in {@code kernel/bpf/*.c}, Linux 6.18.
 */
public abstract class UserspaceMap extends MapBuffers {

    /** Bytes that two CPUs should not both write to: a cache line and the one fetched along with it. */
    static final long CACHE_LINE = 128;

    private final MapContext context;
    private final int id;
    private volatile boolean closed;
    private volatile boolean freed;

    /** Its owner, until {@link #close()}, and every slot of a map of maps that it is in. */
    private final AtomicInteger holders = new AtomicInteger(1);

    /** Takes an id; {@link Maps#create} makes the map known by it once it is complete. */
    protected UserspaceMap(final MapSpec spec, final MapContext context) {
        super(spec, valueLength(spec, context.cpus()));
        this.context = context;
        this.id = context.table().nextId();
    }

    private static int valueLength(final MapSpec spec, final int cpus) {
        return spec.type().perCpu() ? cpus * ((spec.valueSize() + 7) & ~7) : spec.valueSize();
    }

    // ---- what programs call: native addresses ----

    /**
     * The address of the key's value for a program on {@code cpu}; 0 if the key is not there. For a map of maps: the inner
     * map's handle.
     */
    public abstract long lookup(long key, int cpu);

    /** Puts a value from a program on {@code cpu}: for a per-CPU map into that CPU's value. */
    public abstract int update(long key, long value, long flags, int cpu);

    /**
     * Finds the entry whose value has the byte at {@code address}, and copies its key. Walks the keys unless a map knows
     * better.
     *
     * @return the value's address, or 0 if no entry has it
     */
    public long entryAt(final long address, final long key) {
        for (int error = nextKey(0, key); error == 0; error = nextKey(key, key)) {
            final long value = lookup(key, 0);
            if (value != 0 && address >= value && address - value < spec().valueSize()) {
                return value;
            }
        }
        return 0;
    }

    /** Removes a key. */
    @Override
    public abstract int delete(long key);

    /** Writes the key that follows {@code key} (0: the first) to {@code next}. */
    @Override
    public abstract int nextKey(long key, long next);

    /**
     * Appends a value: queue, stack, bloom filter.
     *
     * @param value address of the value
     */
    @Override
    public int push(final long value, final long flags) {
        return Errno.EOPNOTSUPP.negative();
    }

    /** Takes a value: queue, stack. */
    @Override
    public int pop(final long value) {
        return Errno.EOPNOTSUPP.negative();
    }

    /** Copies the value that pop would take; for a bloom filter 0 if {@code value} may be in it. */
    @Override
    public int peek(final long value) {
        return Errno.EOPNOTSUPP.negative();
    }

    /** The address of an array's first value, which never moves; 0 for a map whose values have no fixed places. */
    public long valueBase() {
        return 0;
    }

    /**
     * Whether {@code [address, address + size)} lies inside one value that a program may read and write. What the checked
     * interpreter asks; wait-free.
     */
    public abstract boolean owns(long address, int size);

    // ---- what Java calls on per-CPU maps: all CPUs' values at once ----

    /** Copies the key's value to {@code value}: {@link #valueLength()} bytes. */
    @Override
    protected int readValue(final long key, final long value) {
        final long found = lookup(key, 0);
        if (found == 0) {
            return Errno.ENOENT.negative();
        }
        NativeMemory.copy(found, value, spec().valueSize());
        return 0;
    }

    /** As {@link #readValue}, while holding the value's spin lock. */
    @Override
    protected int readLocked(final long key, final long value) {
        return Errno.EINVAL.negative();
    }

    /** Puts {@link #valueLength()} bytes from {@code value}. */
    @Override
    protected int writeValue(final long key, final long value, final long flags) {
        return update(key, value, flags, 0);
    }

    /** Copies the key's value to {@code value} and removes the key, in one step. */
    @Override
    protected int takeValue(final long key, final long value) {
        return Errno.EOPNOTSUPP.negative();
    }

    /** Copies out, and perhaps removes, up to {@code max} entries. */
    @Override
    int batch(
            final Cursor cursor,
            final MutableDirectBuffer keys,
            final MutableDirectBuffer values,
            final int max,
            final boolean remove) {
        return MapBatch.copy(this, cursor, keys, values, max, remove);
    }

    // ---- what both share ----

    /** What this map shares with the engine's others. */
    protected final MapContext context() {
        return context;
    }

    @Override
    public final int id() {
        return id;
    }

    /** What a program holds to name this map. */
    public final long handle() {
        return MapTable.handle(id);
    }

    @Override
    public final int cpus() {
        return spec().type().perCpu() ? context.cpus() : 1;
    }

    @Override
    public int putMap(final DirectBuffer key, final int keyOffset, final BpfMap inner, final long flags) {
        return Errno.EINVAL.negative();
    }

    @Override
    public int putProgram(final int index, final Program program) {
        return Errno.EINVAL.negative();
    }

    /** Whether programs may write into values; false for constants ({@code BPF_F_RDONLY_PROG}). */
    public final boolean writableByProgram() {
        return (spec().flags() & MapSpec.RDONLY_PROG) == 0;
    }

    /** Whether the map's memory has gone. */
    final boolean freed() {
        return freed;
    }

    /** Whether {@link #close()} was called. */
    public final boolean closed() {
        return closed;
    }

    @Override
    public final void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        letGo();
    }

    /** Keeps the map alive for a slot of another map; false if it is gone already. */
    final boolean hold() {
        int now = holders.get();
        while (now > 0) {
            if (holders.compareAndSet(now, now + 1)) {
                return true;
            }
            now = holders.get();
        }
        return false;
    }

    /** Ends what {@link #hold} began. */
    final void letGo() {
        if (holders.decrementAndGet() == 0) {
            scratch().close();
            context.table().remove(id);
            letGoOfOthers();
            context.table().grace().retire(() -> {
                free();
                freed = true;
            });
        }
    }

    /** Lets go of the maps that this one holds. Called once, before {@link #free}, while programs may still read. */
    void letGoOfOthers() {}

    /** Gives the map's memory back. Called once. */
    protected abstract void free();

    @Override
    public String toString() {
        return spec().type().label() + " " + spec().name() + " id=" + id;
    }
}
