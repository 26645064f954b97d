package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Java's side of a map: checks what Java may do with it, and takes keys and values from buffers into native memory of the
 * map's and back, where {@link UserspaceMap} works on them.
 */
abstract class MapBuffers implements BpfMap {

    private final MapSpec spec;
    private final Scratch scratch;
    private volatile boolean frozen;

    MapBuffers(final MapSpec spec, final int valueLength) {
        this.spec = spec;
        this.scratch = new Scratch(spec.keySize(), spec.valueSize(), valueLength);
    }

    // ---- what a map does at native addresses: see UserspaceMap ----

    abstract int readValue(long key, long value);

    abstract int readLocked(long key, long value);

    abstract int writeValue(long key, long value, long flags);

    abstract int takeValue(long key, long value);

    abstract int delete(long key);

    abstract int nextKey(long key, long next);

    abstract int push(long value, long flags);

    abstract int pop(long value);

    abstract int peek(long value);

    abstract int batch(Cursor cursor, MutableDirectBuffer keys, MutableDirectBuffer values, int max, boolean remove);

    // ---- what Java calls ----

    @Override
    public final MapSpec spec() {
        return spec;
    }

    /** Native memory for what Java puts in and takes out. */
    final Scratch scratch() {
        return scratch;
    }

    @Override
    public final void freeze() {
        frozen = true;
    }

    /** Whether Java may not write: frozen, or made with {@code BPF_F_RDONLY}. */
    protected final boolean readOnly() {
        return frozen || (spec.flags() & MapSpec.RDONLY) != 0;
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
}
