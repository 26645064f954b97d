package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Copies a map's entries out in batches, by walking its keys. */
final class MapBatch {

    private MapBatch() {}

    static int copy(
            final UserspaceMap map,
            final BpfMap.Cursor cursor,
            final MutableDirectBuffer keys,
            final MutableDirectBuffer values,
            final int max,
            final boolean remove) {
        final int keySize = map.spec().keySize();
        if (keySize == 0) {
            throw new MapException("batch lookup", map.spec().name(), Errno.EOPNOTSUPP.number(), 0, "it has no keys");
        }
        final byte[] current = cursor.last();
        @Nullable UnsafeBuffer key = current == null || remove ? null : new UnsafeBuffer(current.clone());
        final UnsafeBuffer next = new UnsafeBuffer(new byte[keySize]);
        int copied = 0;
        while (copied < max && map.nextKey(key, 0, next, 0) == 0) {
            final int error = remove
                    ? map.lookupAndDelete(next, 0, values, copied * map.valueLength())
                    : map.lookup(next, 0, values, copied * map.valueLength());
            if (error == 0) {
                keys.putBytes(copied++ * keySize, next, 0, keySize);
            } else if (error != Errno.ENOENT.negative()) {
                throw new MapException("batch lookup", map.spec().name(), -error, copied, "");
            }
            if (key == null) {
                key = new UnsafeBuffer(new byte[keySize]);
            }
            key.putBytes(0, next, 0, keySize);
        }
        if (key != null) {
            cursor.moveTo(key.byteArray().clone());
        }
        return copied;
    }
}
