package io.xdp4j.bpf;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A live map, seen from Java. Every operation has the kernel's semantics and answers 0 or a negative error number, so
 * that nothing is allocated and "absent" ({@code -ENOENT}) is never confused with "refused"; {@link #typed} is the
 * comfortable view. Safe for use by several threads, while programs use the map too.
 *
 * <p>Keys are {@code spec().keySize()} bytes. Values are {@link #valueLength()} bytes: for a per-CPU map all CPUs'
 * values one after another, each rounded up to a multiple of 8. Buffers may lie on the heap or off it.
 */
public interface BpfMap extends AutoCloseable {

    /** Create or replace. */
    long ANY = 0;

    /** Create only: {@code -EEXIST} if the key is there. */
    long NOEXIST = 1;

    /** Replace only: {@code -ENOENT} if the key is not there. */
    long EXIST = 2;

    /**
     * Hold the spin lock that the value contains: {@code BPF_F_LOCK}; may be added to the others. {@code -EBUSY} from a map in
     * the JVM if the lock stays taken for a second.
     */
    long LOCK = 4;

    /** What it was made from. */
    MapSpec spec();

    /** The engine's id for it, positive. What a slot of a map of maps reads as. */
    int id();

    /** CPUs that a per-CPU map has values for; 1 for any other map. */
    int cpus();

    /** Bytes of a value as seen from Java. */
    default int valueLength() {
        return spec().type().perCpu() ? cpus() * ((spec().valueSize() + 7) & ~7) : spec().valueSize();
    }

    /** Copies the key's value out. {@code -ENOENT} if it is not there. */
    int lookup(DirectBuffer key, int keyOffset, MutableDirectBuffer value, int valueOffset);

    /** As {@link #lookup}; {@code flags} is {@link #ANY} or {@link #LOCK}. {@code -EINVAL} if values have no spin lock. */
    default int lookup(
            final DirectBuffer key,
            final int keyOffset,
            final MutableDirectBuffer value,
            final int valueOffset,
            final long flags) {
        return flags == ANY ? lookup(key, keyOffset, value, valueOffset) : Errno.EINVAL.negative();
    }

    /** Puts a value. {@code flags} is {@link #ANY}, {@link #NOEXIST} or {@link #EXIST}. */
    int update(DirectBuffer key, int keyOffset, DirectBuffer value, int valueOffset, long flags);

    /** Removes the key. {@code -ENOENT} if it is not there. */
    int delete(DirectBuffer key, int keyOffset);

    /** Copies the key's value out and removes it, in one step. For queues and stacks: pop; the key is not read. */
    int lookupAndDelete(DirectBuffer key, int keyOffset, MutableDirectBuffer value, int valueOffset);

    /**
     * Finds the key that follows {@code key}, the first if {@code key} is null or no longer there. {@code -ENOENT} after
     * the last. Entries changed meanwhile may be seen or not; iteration ends either way.
     */
    int nextKey(@Nullable DirectBuffer key, int keyOffset, MutableDirectBuffer next, int nextOffset);

    /** Appends to a queue, stack or bloom filter. {@code EXIST} makes a full queue or stack drop its oldest. */
    int push(DirectBuffer value, int valueOffset, long flags);

    /** Copies out what {@link #lookupAndDelete} would take; for a bloom filter asks whether the value was added. */
    int peek(MutableDirectBuffer value, int valueOffset);

    /**
     * Puts {@code count} entries that lie one after another.
     *
     * @return entries done: {@code count}
     * @throws MapException at the first that is refused, with the number done before it
     */
    int updateBatch(DirectBuffer keys, DirectBuffer values, int count, long flags);

    /**
     * Copies out up to {@code max} entries from where the cursor stands and moves it on.
     *
     * @return entries copied; 0 at the end
     */
    int lookupBatch(Cursor cursor, MutableDirectBuffer keys, MutableDirectBuffer values, int max);

    /** As {@link #lookupBatch}, and removes what it copied. */
    int lookupAndDeleteBatch(Cursor cursor, MutableDirectBuffer keys, MutableDirectBuffer values, int max);

    /**
     * Removes {@code count} keys that lie one after another.
     *
     * @return entries done: {@code count}
     * @throws MapException at the first that is refused or absent, with the number done before it
     */
    int deleteBatch(DirectBuffer keys, int count);

    /** Entries there are now; an estimate while programs write. */
    long entries();

    /** Bytes of memory that the map holds. */
    long memory();

    /** No update from Java from now on: {@code BPF_MAP_FREEZE}. */
    void freeze();

    /** Puts a map into a slot of a map of maps. */
    int putMap(DirectBuffer key, int keyOffset, BpfMap inner, long flags);

    /** Puts a program into a slot of a program array. */
    int putProgram(int index, Program program);

    /**
     * Opens the consuming end of a ring buffer.
     *
     * @throws MapException EINVAL if this is no ring buffer, EBUSY if it has a reader
     */
    default RingBufferReader openRingBuffer() {
        throw new MapException(
                "open ring buffer",
                spec().name(),
                Errno.EINVAL.number(),
                0,
                "type=" + spec().type().label());
    }

    /**
     * Opens the consuming end of a perf event array, a ring for every CPU.
     *
     * @param bytesPerCpu size of each ring, a power of two of at least 4096
     * @throws MapException EINVAL if this is no perf event array or the size is wrong, EBUSY if it has a reader
     */
    default PerfReader openPerfBuffer(final int bytesPerCpu) {
        throw new MapException(
                "open perf buffer",
                spec().name(),
                Errno.EINVAL.number(),
                0,
                "type=" + spec().type().label());
    }

    /**
     * Opens the producing end of a user ring buffer.
     *
     * @throws MapException EINVAL if this is no user ring buffer
     */
    default UserRingWriter openUserRing() {
        throw new MapException(
                "open user ring",
                spec().name(),
                Errno.EINVAL.number(),
                0,
                "type=" + spec().type().label());
    }

    /** A view with typed keys and values. */
    default <K, V> TypedMap<K, V> typed(final Codec<K> key, final Codec<V> value) {
        return new TypedMap<>(this, key, value);
    }

    @Override
    void close();

    /** Where a batch iteration stands. Make one per iteration. */
    final class Cursor {

        private byte @Nullable [] last;

        /** The last key copied, or null at the start. */
        public byte @Nullable [] last() {
            return last;
        }

        /** Moves the cursor behind that key. */
        public void moveTo(final byte[] key) {
            last = key;
        }
    }
}
