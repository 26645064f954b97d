package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Copies a hash table's entries out bucket by bucket. A bucket that was changed meanwhile is read again, and locked only if
 * that happens many times in a row. The cursor is a bucket, and a position in it only where one bucket holds more than a
 * batch, so that an iteration ends whatever others write.
 */
final class HashBatch {

    /** A bucket that never stands still is locked for once. */
    private static final int TRIES = 8;

    private final HashTable table;
    private final Scratch scratch;
    private final int slot;
    private final MutableDirectBuffer keys;
    private final MutableDirectBuffer values;
    private final int keySize;
    private final int valueLength;
    private final int max;
    private int copied;

    HashBatch(
            final HashTable table,
            final Scratch scratch,
            final int slot,
            final MutableDirectBuffer keys,
            final MutableDirectBuffer values,
            final BpfMap map,
            final int max) {
        this.table = table;
        this.scratch = scratch;
        this.slot = slot;
        this.keys = keys;
        this.values = values;
        this.keySize = map.spec().keySize();
        this.valueLength = map.valueLength();
        this.max = max;
    }

    /** Copies up to {@code max} entries and moves the cursor; returns how many. */
    int copy(final BpfMap.Cursor cursor, final boolean remove) {
        final UnsafeBuffer place = new UnsafeBuffer(new byte[8]);
        final byte[] last = cursor.last();
        if (last != null) {
            place.putBytes(0, last);
        }
        int bucket = place.getInt(0);
        int position = place.getInt(4);
        while (bucket < table.walk().buckets() && copied < max) {
            final int before = copied;
            final int from = position;
            position = visit(bucket, from);
            if (position >= 0 && before > 0) {
                // leave the bucket whole for the next batch: positions in it shift while others write
                copied = before;
                position = from;
                break;
            }
            if (remove) {
                removeSince(before);
                position = Math.min(position, 0);
            }
            if (position < 0) {
                bucket++;
                position = 0;
            }
        }
        place.putInt(0, bucket);
        place.putInt(4, position);
        cursor.moveTo(place.byteArray());
        return copied;
    }

    private int visit(final int bucket, final int from) {
        final int before = copied;
        int position = -2;
        for (int i = 0; i < TRIES && position == -2; i++) {
            copied = before;
            position = table.walk().visit(bucket, from, this::take);
        }
        if (position == -2) {
            copied = before;
            position = table.walk().visitLocked(bucket, from, this::take);
        }
        return position;
    }

    private boolean take(final long element) {
        if (copied == max) {
            return false;
        }
        table.copy(element, scratch.nextKey(slot), scratch.value(slot));
        scratch.getNextKey(slot, keys, copied * keySize);
        scratch.getValue(slot, values, copied * valueLength);
        copied++;
        return true;
    }

    /** Removes what was copied last, taking each value as it is at that moment; leaves out what others removed before. */
    private void removeSince(final int before) {
        int kept = before;
        for (int i = before; i < copied; i++) {
            final long key = scratch.putKey(slot, keys, i * keySize);
            if (table.remove(key, scratch.value(slot)) != Errno.ENOENT.negative()) {
                keys.putBytes(kept * keySize, keys, i * keySize, keySize);
                scratch.getValue(slot, values, kept * valueLength);
                kept++;
            }
        }
        copied = kept;
    }
}
