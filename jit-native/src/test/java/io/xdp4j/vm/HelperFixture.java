package io.xdp4j.vm;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.map.MapContext;
import io.xdp4j.map.MapTable;
import io.xdp4j.map.Maps;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.packet.Burst;
import io.xdp4j.packet.FrameLayout;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An execution with a packet in real frames, memory of its own, and functions written in Java: what helpers are tested on. */
public final class HelperFixture implements AutoCloseable {

    private static final int MEMORY = 1 << 16;

    private final NativeArea frames = new NativeArea(4L * FrameLayout.PAGE, 64);
    private final NativeArea memory = new NativeArea(MEMORY, 64);
    private final MapTable table = new MapTable();
    private final MapContext maps = new MapContext(2, table, id -> null, false);
    private final List<UserspaceMap> made = new ArrayList<>();
    private final Burst burst = new Burst(4);
    private long taken;

    /** What programs printed. */
    public final List<String> printed = new ArrayList<>();

    /** What time it is. */
    public final FixedClock clock = new FixedClock();

    /** Answers fib_lookup. */
    public Fib fib = Fib.NONE;

    /** Runs timers. */
    public Timers timers = Timers.NONE;

    private final List<Callback> functions = new ArrayList<>();
    private @Nullable Execution execution;
    private volatile @Nullable Execution calling;

    /** The execution, made at first use; CPU 1. */
    public Execution execution() {
        Execution made = execution;
        if (made == null) {
            made = new Execution(
                    1,
                    new Environment(
                            table,
                            clock,
                            printed::add,
                            (parameters, length, flags) -> fib.lookup(parameters, length, flags),
                            ifindex -> ifindex == 7 ? 1500 : ifindex == 1 ? 9000 : 0,
                            timers));
            made.memory(memory.address(), MEMORY);
            made.callbacks(new Callbacks());
            execution = made;
        }
        return made;
    }

    /** Puts a packet of that length, bytes 0, 1, 2 and so on, in one frame. */
    public HelperFixture packet(final int length) {
        return packet(new int[] {length});
    }

    /** Puts a packet in several frames, of those lengths; the bytes count on from frame to frame. */
    public HelperFixture packet(final int... lengths) {
        burst.clear();
        int next = 0;
        for (int i = 0; i < lengths.length; i++) {
            final int slot = burst.add(frames.address() + (long) i * FrameLayout.PAGE, FrameLayout.PAGE, lengths[i]);
            burst.options[slot] = i < lengths.length - 1 ? Burst.CONTINUES : 0;
            for (int at = 0; at < lengths[i]; at++) {
                NativeMemory.putByte(burst.data[slot] + at, (byte) next++);
            }
        }
        execution().begin(burst, 0, true);
        return this;
    }

    /** The packet's burst. */
    public Burst burst() {
        return burst;
    }

    /** The packet's bytes, all frames together. */
    public byte[] bytes() {
        int total = 0;
        for (int slot = 0; slot < burst.count; slot++) {
            total += burst.length[slot];
        }
        final byte[] all = new byte[total];
        int done = 0;
        for (int slot = 0; slot < burst.count; slot++) {
            NativeMemory.copy(burst.data[slot], all, done, burst.length[slot]);
            done += burst.length[slot];
        }
        return all;
    }

    /** Memory that the program may touch, zeroed; 8-byte aligned. */
    public long take(final int bytes) {
        final long address = memory.address() + taken;
        taken += (bytes + 7) & ~7;
        if (taken > MEMORY) {
            throw new IllegalStateException("fixture memory is used up: taken=" + taken + " bytes");
        }
        NativeMemory.fill(address, bytes, (byte) 0);
        return address;
    }

    /** The bytes in the program's memory. */
    public long take(final byte[] bytes) {
        final long address = take(Math.max(1, bytes.length));
        NativeMemory.copy(bytes, 0, address, bytes.length);
        return address;
    }

    /** The text in the program's memory, with a NUL. */
    public long text(final String text) {
        return take((text + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /** 64-bit numbers in the program's memory. */
    public long words(final long... words) {
        final long address = take(words.length * 8);
        for (int i = 0; i < words.length; i++) {
            NativeMemory.putLong(address + 8L * i, words[i]);
        }
        return address;
    }

    /** What lies at an address. */
    public byte[] at(final long address, final int length) {
        final byte[] bytes = new byte[length];
        NativeMemory.copy(address, bytes, 0, length);
        return bytes;
    }

    /** The text at an address, up to its NUL. */
    public String textAt(final long address) {
        int length = 0;
        while (NativeMemory.getByte(address + length) != 0) {
            length++;
        }
        return new String(at(address, length), StandardCharsets.UTF_8);
    }

    /** Makes a map, closed with the fixture. */
    public UserspaceMap map(final MapType type, final int keySize, final int valueSize, final int entries) {
        return map(MapSpec.of("m", type, keySize, valueSize, entries));
    }

    /** Makes a map, closed with the fixture. */
    public UserspaceMap map(final MapSpec spec) {
        final UserspaceMap map = Maps.create(spec, maps);
        made.add(map);
        return map;
    }

    /** Gives Java code the address of a function of the program's. */
    public long on(final Callback function) {
        functions.add(function);
        return Execution.functionAddress(functions.size() - 1);
    }

    /** The execution that a timer's callback runs on; valid within it. */
    public Execution calling() {
        return Objects.requireNonNull(calling);
    }

    /** Why the program has ended, or null. */
    public @Nullable String fault() {
        return execution().fault().reason();
    }

    /** Whether the program has ended because it would not have by itself. */
    public boolean ranTooLong() {
        return execution().fault().tooLong();
    }

    /** Begins a new run on the same packet. */
    public void again() {
        execution().begin(burst, 0, true);
    }

    @Override
    public void close() {
        if (execution != null) {
            execution.end();
            execution.close();
        }
        made.forEach(UserspaceMap::close);
        memory.close();
        frames.close();
    }

    /** A function of a program's. */
    @FunctionalInterface
    public interface Callback {
        long call(long r1, long r2, long r3, long r4);
    }

    private final class Callbacks implements Execution.Callbacks {

        @Override
        public long call(
                final long function, final long r1, final long r2, final long r3, final long r4, final long r5) {
            return functions.get(Execution.functionPc(function)).call(r1, r2, r3, r4);
        }

        @Override
        public @Nullable ProgramFunction function(final long function) {
            final int index = Execution.functionPc(function);
            if (index < 0 || index >= functions.size()) {
                return null;
            }
            final Callback target = functions.get(index);
            return (other, r1, r2, r3) -> {
                calling = other;
                return target.call(r1, r2, r3, 0);
            };
        }
    }

    /** A clock that stands still until it is set. */
    public static final class FixedClock implements Clock {

        /** Monotonic time. */
        public volatile long ns = 1_000_000_000_000L;

        /** Lets time pass; called by one thread. */
        public void advance(final long byNs) {
            final long now = ns;
            ns = now + byNs;
        }

        @Override
        public long monotonicNs() {
            return ns;
        }

        @Override
        public long bootNs() {
            return ns + 5;
        }

        @Override
        public long taiNs() {
            return ns + 7;
        }
    }
}
