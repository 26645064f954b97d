package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.Program;
import io.xdp4j.sys.NativeMemory;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A map that programs in the JVM use.
 *
 * <p>It has two faces. Programs and helpers call the methods over native addresses ({@link #lookup(long, int)} and its
 * neighbours): nothing is checked, nothing allocated, readers never wait, and a value's address stays good for as long
 * as it would under RCU. Java code calls the methods of {@link BpfMap} over buffers; they copy through a small scratch
 * area of the map's where a buffer lies on the heap.
 *
 * <p>A map's memory outlives {@link #close()} while another map holds it in a slot. After that, Java's operations answer
 * {@code -EBADF}, programs do not find it, and the memory goes once no worker can still have an address in it ({@link
 * Grace}).
 *
 * <p>Errors are negative error numbers as in {@code kernel/bpf/*.c}, Linux 6.18.
 */
public abstract class UserspaceMap implements BpfMap {

    /** Bytes that two CPUs should not both write to: a cache line and the one fetched along with it. */
    static final long CACHE_LINE = 128;

    private final MapSpec spec;
    private final MapContext context;
    private final int id;
    private final Scratch scratch;
    private volatile boolean frozen;
    private volatile boolean closed;
    private volatile boolean freed;

    /** Its owner, until {@link #close()}, and every slot of a map of maps that it is in. */
    private final AtomicInteger holders = new AtomicInteger(1);

    /** Takes an id; {@link Maps#create} makes the map known by it once it is complete. */
    protected UserspaceMap(final MapSpec spec, final MapContext context) {
        this.spec = spec;
        this.context = context;
        this.scratch = new Scratch(spec.keySize(), spec.valueSize(), valueLength(spec, context.cpus()));
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
            if (value != 0 && address >= value && address - value < spec.valueSize()) {
                return value;
            }
        }
        return 0;
    }

    /** Removes a key. */
    public abstract int delete(long key);

    /** Writes the key that follows {@code key} (0: the first) to {@code next}. */
    public abstract int nextKey(long key, long next);

    /**
     * Appends a value: queue, stack, bloom filter.
     *
     * @param value address of the value
     */
    public int push(final long value, final long flags) {
        return Errno.EOPNOTSUPP.negative();
    }

    /** Takes a value: queue, stack. */
    public int pop(final long value) {
        return Errno.EOPNOTSUPP.negative();
    }

    /** Copies the value that pop would take; for a bloom filter 0 if {@code value} may be in it. */
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
    protected int readValue(final long key, final long value) {
        final long found = lookup(key, 0);
        if (found == 0) {
            return Errno.ENOENT.negative();
        }
        NativeMemory.copy(found, value, spec.valueSize());
        return 0;
    }

    /** As {@link #readValue}, while holding the value's spin lock. */
    protected int readLocked(final long key, final long value) {
        return Errno.EINVAL.negative();
    }

    /** Puts {@link #valueLength()} bytes from {@code value}. */
    protected int writeValue(final long key, final long value, final long flags) {
        return update(key, value, flags, 0);
    }

    /** Copies the key's value to {@code value} and removes the key, in one step. */
    protected int takeValue(final long key, final long value) {
        return Errno.EOPNOTSUPP.negative();
    }

    // ---- what both share ----

    @Override
    public final MapSpec spec() {
        return spec;
    }

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
        return spec.type().perCpu() ? context.cpus() : 1;
    }

    @Override
    public final int lookup(
            final DirectBuffer key, final int keyOffset, final MutableDirectBuffer value, final int valueOffset) {
        return lookup(key, keyOffset, value, valueOffset, ANY);
    }

    @Override
    public final int lookup(
            final DirectBuffer key,
            final int keyOffset,
            final MutableDirectBuffer value,
            final int valueOffset,
            final long flags) {
        if ((spec.flags() & MapSpec.WRONLY) != 0) {
            return Errno.EPERM.negative();
        }
        if (flags != ANY && flags != LOCK) {
            return Errno.EINVAL.negative();
        }
        final int slot = scratch.claim();
        if (slot == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            final long keyAddress = scratch.putKey(slot, key, keyOffset);
            final int error = flags == LOCK
                    ? readLocked(keyAddress, scratch.value(slot))
                    : readValue(keyAddress, scratch.value(slot));
            if (error == 0) {
                scratch.getValue(slot, value, valueOffset);
            }
            return error;
        } finally {
            scratch.release(slot);
        }
    }

    @Override
    public final int update(
            final DirectBuffer key,
            final int keyOffset,
            final DirectBuffer value,
            final int valueOffset,
            final long flags) {
        if (readOnly()) {
            return Errno.EPERM.negative();
        }
        final int slot = scratch.claim();
        if (slot == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            return writeValue(scratch.putKey(slot, key, keyOffset), scratch.putValue(slot, value, valueOffset), flags);
        } finally {
            scratch.release(slot);
        }
    }

    @Override
    public final int delete(final DirectBuffer key, final int keyOffset) {
        if (readOnly()) {
            return Errno.EPERM.negative();
        }
        final int slot = scratch.claim();
        if (slot == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            return delete(scratch.putKey(slot, key, keyOffset));
        } finally {
            scratch.release(slot);
        }
    }

    @Override
    public final int lookupAndDelete(
            final DirectBuffer key, final int keyOffset, final MutableDirectBuffer value, final int valueOffset) {
        if (readOnly() || (spec.flags() & MapSpec.WRONLY) != 0) {
            return Errno.EPERM.negative();
        }
        final int slot = scratch.claim();
        if (slot == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            final int error = spec.keySize() == 0
                    ? pop(scratch.value(slot))
                    : takeValue(scratch.putKey(slot, key, keyOffset), scratch.value(slot));
            if (error == 0) {
                scratch.getValue(slot, value, valueOffset);
            }
            return error;
        } finally {
            scratch.release(slot);
        }
    }

    @Override
    public final int nextKey(
            final @Nullable DirectBuffer key,
            final int keyOffset,
            final MutableDirectBuffer next,
            final int nextOffset) {
        final int slot = scratch.claim();
        if (slot == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            final long current = key == null ? 0 : scratch.putKey(slot, key, keyOffset);
            final long following = scratch.nextKey(slot);
            final int error = nextKey(current, following);
            if (error == 0) {
                scratch.getNextKey(slot, next, nextOffset);
            }
            return error;
        } finally {
            scratch.release(slot);
        }
    }

    @Override
    public final int push(final DirectBuffer value, final int valueOffset, final long flags) {
        if (readOnly()) {
            return Errno.EPERM.negative();
        }
        final int slot = scratch.claim();
        if (slot == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            return push(scratch.putValue(slot, value, valueOffset), flags);
        } finally {
            scratch.release(slot);
        }
    }

    @Override
    public final int peek(final MutableDirectBuffer value, final int valueOffset) {
        final int slot = scratch.claim();
        if (slot == Scratch.CLOSED) {
            return Errno.EBADF.negative();
        }
        try {
            final int error = peek(scratch.putValue(slot, value, valueOffset));
            if (error == 0) {
                scratch.getValue(slot, value, valueOffset);
            }
            return error;
        } finally {
            scratch.release(slot);
        }
    }

    @Override
    public final int updateBatch(
            final DirectBuffer keys, final DirectBuffer values, final int count, final long flags) {
        for (int i = 0; i < count; i++) {
            final int error = update(keys, i * spec.keySize(), values, i * valueLength(), flags);
            if (error < 0) {
                throw new MapException("batch update", spec.name(), -error, i, "");
            }
        }
        return count;
    }

    @Override
    public final int lookupBatch(
            final Cursor cursor, final MutableDirectBuffer keys, final MutableDirectBuffer values, final int max) {
        return checkedBatch(cursor, keys, values, max, false);
    }

    @Override
    public final int lookupAndDeleteBatch(
            final Cursor cursor, final MutableDirectBuffer keys, final MutableDirectBuffer values, final int max) {
        return checkedBatch(cursor, keys, values, max, true);
    }

    private int checkedBatch(
            final Cursor cursor,
            final MutableDirectBuffer keys,
            final MutableDirectBuffer values,
            final int max,
            final boolean remove) {
        if ((spec.flags() & MapSpec.WRONLY) != 0 || (remove && readOnly())) {
            throw new MapException(
                    "batch lookup", spec.name(), Errno.EPERM.number(), 0, "frozen or not accessible from here");
        }
        return batch(cursor, keys, values, max, remove);
    }

    /** Copies out, and perhaps removes, up to {@code max} entries. */
    int batch(
            final Cursor cursor,
            final MutableDirectBuffer keys,
            final MutableDirectBuffer values,
            final int max,
            final boolean remove) {
        return MapBatch.copy(this, cursor, keys, values, max, remove);
    }

    /** Native memory for what Java puts in and takes out. */
    final Scratch scratch() {
        return scratch;
    }

    @Override
    public final int deleteBatch(final DirectBuffer keys, final int count) {
        for (int i = 0; i < count; i++) {
            final int error = delete(keys, i * spec.keySize());
            if (error < 0) {
                throw new MapException("batch delete", spec.name(), -error, i, "");
            }
        }
        return count;
    }

    @Override
    public int putMap(final DirectBuffer key, final int keyOffset, final BpfMap inner, final long flags) {
        return Errno.EINVAL.negative();
    }

    @Override
    public int putProgram(final int index, final Program program) {
        return Errno.EINVAL.negative();
    }

    @Override
    public final void freeze() {
        frozen = true;
    }

    /** Whether programs may write into values; false for constants ({@code BPF_F_RDONLY_PROG}). */
    public final boolean writableByProgram() {
        return (spec.flags() & MapSpec.RDONLY_PROG) == 0;
    }

    /** Whether Java may not write: frozen, or made with {@code BPF_F_RDONLY}. */
    protected final boolean readOnly() {
        return frozen || (spec.flags() & MapSpec.RDONLY) != 0;
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
            scratch.close();
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
        return spec.type().label() + " " + spec.name() + " id=" + id;
    }
}
