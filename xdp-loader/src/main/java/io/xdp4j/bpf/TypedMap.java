package io.xdp4j.bpf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A map with typed keys and values. Absent is null or false; refused is a {@link MapException} with its error number.
 * Safe for use by several threads, as the map is; meant for control code, since it allocates.
 *
 * @param <K> key
 * @param <V> value; for a per-CPU map a codec over all CPUs' values
 */
public final class TypedMap<K, V> {

    private static final int BATCH = 256;

    private final BpfMap map;
    private final Codec<K> keys;
    private final Codec<V> values;

    TypedMap(final BpfMap map, final Codec<K> keys, final Codec<V> values) {
        if (keys.length() != map.spec().keySize() || values.length() != map.valueLength()) {
            throw new IllegalArgumentException("codecs do not fit the map: map="
                    + map.spec().name() + ", keySize=" + map.spec().keySize() + " bytes, key codec=" + keys.length()
                    + " bytes, valueLength=" + map.valueLength() + " bytes, value codec=" + values.length()
                    + " bytes");
        }
        this.map = map;
        this.keys = keys;
        this.values = values;
    }

    /** The map that this is a view of. */
    public BpfMap map() {
        return map;
    }

    /** The key's value, or null if the key is not there. */
    public @Nullable V get(final K key) {
        final UnsafeBuffer value = value();
        return found("lookup", map.lookup(encode(key), 0, value, 0)) ? values.decode(value, 0) : null;
    }

    /** Creates or replaces an entry. */
    public void put(final K key, final V value) {
        check("update", map.update(encode(key), 0, encodeValue(value), 0, BpfMap.ANY));
    }

    /** Creates an entry; false if the key is there already. */
    public boolean putIfAbsent(final K key, final V value) {
        final int error = map.update(encode(key), 0, encodeValue(value), 0, BpfMap.NOEXIST);
        if (error == Errno.EEXIST.negative()) {
            return false;
        }
        check("update", error);
        return true;
    }

    /** Replaces an entry; false if the key is not there. */
    public boolean replace(final K key, final V value) {
        return found("update", map.update(encode(key), 0, encodeValue(value), 0, BpfMap.EXIST));
    }

    /** Removes an entry; false if the key is not there. */
    public boolean delete(final K key) {
        return found("delete", map.delete(encode(key), 0));
    }

    /** Removes an entry and returns what it held, or null if the key is not there. */
    public @Nullable V take(final K key) {
        final UnsafeBuffer value = value();
        return found("lookup and delete", map.lookupAndDelete(encode(key), 0, value, 0))
                ? values.decode(value, 0)
                : null;
    }

    /** Appends to a queue or stack. */
    public void push(final V value) {
        check("push", map.push(encodeValue(value), 0, BpfMap.ANY));
    }

    /** Takes from a queue or stack; null if it is empty. */
    public @Nullable V pop() {
        final UnsafeBuffer value = value();
        return found("pop", map.lookupAndDelete(value, 0, value, 0)) ? values.decode(value, 0) : null;
    }

    /** Visits every entry once, copied in batches. Entries changed meanwhile may be seen or not. */
    public void forEach(final BiConsumer<? super K, ? super V> action) {
        visit(false, action);
    }

    /** All entries, copied in batches, in the map's order. */
    public Map<K, V> snapshot() {
        return drain(false);
    }

    /** All entries, copied in batches and removed. */
    public Map<K, V> takeAll() {
        return drain(true);
    }

    /** Puts many entries in one batch. */
    public void putAll(final Map<? extends K, ? extends V> entries) {
        final ExpandableArrayBuffer keyBytes = new ExpandableArrayBuffer(Math.max(1, entries.size() * keys.length()));
        final ExpandableArrayBuffer valueBytes =
                new ExpandableArrayBuffer(Math.max(1, entries.size() * values.length()));
        int index = 0;
        for (final Map.Entry<? extends K, ? extends V> entry : entries.entrySet()) {
            keys.encode(entry.getKey(), keyBytes, index * keys.length());
            values.encode(entry.getValue(), valueBytes, index * values.length());
            index++;
        }
        map.updateBatch(keyBytes, valueBytes, index, BpfMap.ANY);
    }

    /** Removes many keys in one batch. */
    public void deleteAll(final List<? extends K> entries) {
        final ExpandableArrayBuffer keyBytes = new ExpandableArrayBuffer(Math.max(1, entries.size() * keys.length()));
        for (int i = 0; i < entries.size(); i++) {
            keys.encode(entries.get(i), keyBytes, i * keys.length());
        }
        map.deleteBatch(keyBytes, entries.size());
    }

    /** All keys, in the map's order. */
    public List<K> keys() {
        return new ArrayList<>(snapshot().keySet());
    }

    private Map<K, V> drain(final boolean remove) {
        final Map<K, V> all = new LinkedHashMap<>();
        visit(remove, all::put);
        return all;
    }

    private void visit(final boolean remove, final BiConsumer<? super K, ? super V> action) {
        final BpfMap.Cursor cursor = new BpfMap.Cursor();
        final UnsafeBuffer keyBytes = new UnsafeBuffer(new byte[BATCH * keys.length()]);
        final UnsafeBuffer valueBytes = new UnsafeBuffer(new byte[BATCH * values.length()]);
        int copied;
        do {
            copied = remove
                    ? map.lookupAndDeleteBatch(cursor, keyBytes, valueBytes, BATCH)
                    : map.lookupBatch(cursor, keyBytes, valueBytes, BATCH);
            for (int i = 0; i < copied; i++) {
                action.accept(keys.decode(keyBytes, i * keys.length()), values.decode(valueBytes, i * values.length()));
            }
        } while (copied > 0);
    }

    private UnsafeBuffer value() {
        return new UnsafeBuffer(new byte[values.length()]);
    }

    private DirectBuffer encode(final K key) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[keys.length()]);
        keys.encode(key, buffer, 0);
        return buffer;
    }

    private DirectBuffer encodeValue(final V value) {
        final UnsafeBuffer buffer = value();
        values.encode(value, buffer, 0);
        return buffer;
    }

    private boolean found(final String operation, final int error) {
        if (error == Errno.ENOENT.negative()) {
            return false;
        }
        check(operation, error);
        return true;
    }

    private void check(final String operation, final int error) {
        if (error < 0) {
            throw new MapException(operation, map.spec().name(), -error, 0, remedy(error));
        }
    }

    private String remedy(final int error) {
        final MapSpec spec = map.spec();
        if (error == Errno.E2BIG.negative()) {
            return "full or index out of range: maxEntries=" + spec.maxEntries();
        }
        if (error == Errno.EPERM.negative()) {
            return "frozen or not writable from here";
        }
        if (error == Errno.EINVAL.negative() || error == Errno.EOPNOTSUPP.negative()) {
            return "not an operation of this map: type=" + spec.type().label();
        }
        return "";
    }
}
