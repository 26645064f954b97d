package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A live map's entries as text, key and value by their types; for a per-CPU map one value a CPU. */
final class MapEntries {

    /**
     * An entry.
     *
     * @param key the key's text
     * @param values one value, or one a CPU
     * @param zero whether the value is all zero bytes
     */
    record Entry(String key, List<String> values, boolean zero) {

        /** The values in one text: alone, or {@code [a, b]}. */
        String value() {
            return values.size() == 1 ? values.getFirst() : values.toString();
        }
    }

    private MapEntries() {}

    /** Whether the map's entries can be listed: it has keys, and values that Java may read. */
    static boolean listable(final BpfMap map) {
        return switch (map.spec().type()) {
            case QUEUE, STACK, RINGBUF, USER_RINGBUF, BLOOM_FILTER, PERF_EVENT_ARRAY -> false;
            default -> true;
        };
    }

    /** Up to {@code limit} entries, in the map's order; zero values of arrays are left out unless {@code all}. */
    static List<Entry> list(final BpfMap map, final long limit, final boolean all) {
        final MapSpec spec = map.spec();
        final List<Entry> entries = new ArrayList<>();
        final UnsafeBuffer key = new UnsafeBuffer(new byte[spec.keySize()]);
        final UnsafeBuffer next = new UnsafeBuffer(new byte[spec.keySize()]);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
        final boolean skipZero = !all && isArray(map);
        int error = map.nextKey(null, 0, key, 0);
        while (error == 0 && entries.size() < limit) {
            if (map.lookup(key, 0, value, 0) == 0) {
                final Entry entry = entry(map, key.byteArray(), value.byteArray());
                if (!skipZero || !entry.zero) {
                    entries.add(entry);
                }
            }
            error = map.nextKey(key, 0, next, 0);
            key.putBytes(0, next, 0, spec.keySize());
        }
        return entries;
    }

    /** Whether every index is there from the start. */
    static boolean isArray(final BpfMap map) {
        return switch (map.spec().type()) {
            case ARRAY, PERCPU_ARRAY -> true;
            default -> false;
        };
    }

    private static Entry entry(final BpfMap map, final byte[] key, final byte[] value) {
        final MapSpec spec = map.spec();
        final ValuePrinter printer = ValuePrinter.forValue(spec);
        final int stride = map.valueLength() / map.cpus();
        final List<String> values = new ArrayList<>();
        boolean zero = true;
        for (int cpu = 0; cpu < map.cpus(); cpu++) {
            final byte[] one = Arrays.copyOfRange(value, cpu * stride, cpu * stride + spec.valueSize());
            values.add(printer.print(one, spec.type().ofMaps() ? 0 : spec.valueType()));
            for (final byte b : one) {
                zero &= b == 0;
            }
        }
        return new Entry(ValuePrinter.forKey(spec).print(key, spec.keyType()), values, zero);
    }
}
