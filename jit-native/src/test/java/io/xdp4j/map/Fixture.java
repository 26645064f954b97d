package io.xdp4j.map;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Runner;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** Maps of an engine with four CPUs, and native memory for keys and values; closes what it made. */
final class Fixture implements AutoCloseable {

    static final int CPUS = 4;

    final Map<Integer, Program> programs = new HashMap<>();
    final MapTable table = new MapTable();
    final MapContext context = new MapContext(CPUS, table, programs::get, false);
    final NativeArea memory = new NativeArea(1 << 16, 64);
    private final List<UserspaceMap> maps = new java.util.ArrayList<>();

    /** A map of an engine of its own. */
    static UserspaceMap newMap(final MapSpec spec) {
        return Maps.create(spec, new MapContext(CPUS, new MapTable(), id -> null, false));
    }

    UserspaceMap map(
            final MapType type, final int keySize, final int valueSize, final int maxEntries, final int flags) {
        return map(MapSpec.of("m", type, keySize, valueSize, maxEntries, flags));
    }

    UserspaceMap map(final MapSpec spec) {
        final UserspaceMap map = Maps.create(spec, context);
        maps.add(map);
        return map;
    }

    /** An update of a 4-byte key with a value of 32-bit words; the answer by name, "OK" for 0. */
    static String update(final BpfMap map, final int key, final long flags, final int... words) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[words.length * 4]);
        for (int i = 0; i < words.length; i++) {
            value.putInt(i * 4, words[i]);
        }
        return name(map.update(key(key), 0, value, 0, flags));
    }

    static String delete(final BpfMap map, final int key) {
        return name(map.delete(key(key), 0));
    }

    /** The value as 32-bit words, or the error's name. */
    static String lookup(final BpfMap map, final int key) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
        final int error = map.lookup(key(key), 0, value, 0);
        if (error != 0) {
            return name(error);
        }
        final StringBuilder words = new StringBuilder();
        for (int offset = 0; offset < value.capacity(); offset += 4) {
            words.append(offset == 0 ? "" : " ").append(value.getInt(offset));
        }
        return words.toString();
    }

    /** The key after {@code key}, or the error's name. */
    static String nextKey(final BpfMap map, final @Nullable Integer key) {
        final UnsafeBuffer next = key(0);
        final int error = map.nextKey(key == null ? null : key(key), 0, next, 0);
        return error == 0 ? Integer.toString(next.getInt(0)) : name(error);
    }

    static UnsafeBuffer key(final int key) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4]);
        buffer.putInt(0, key);
        return buffer;
    }

    static String name(final int error) {
        return error == 0 ? "OK" : Errno.nameOf(error);
    }

    /** A program that is only there. */
    Program program(final int id) {
        final Program program = new Program() {
            @Override
            public ProgramSpec spec() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int id() {
                return id;
            }

            @Override
            public Runner runner(final int cpu) {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<io.xdp4j.bpf.Fault> faults() {
                return List.of();
            }

            @Override
            public void close() {}
        };
        programs.put(id, program);
        return program;
    }

    @Override
    public void close() {
        maps.forEach(UserspaceMap::close);
        memory.close();
    }

    /** Bytes at a native address. */
    record Native(NativeArea area) implements AutoCloseable {

        static Native of(final byte[] bytes) {
            final NativeArea area = new NativeArea(bytes.length, 8);
            NativeMemory.copy(bytes, 0, area.address(), bytes.length);
            return new Native(area);
        }

        long address() {
            return area.address();
        }

        @Override
        public void close() {
            area.close();
        }
    }
}
