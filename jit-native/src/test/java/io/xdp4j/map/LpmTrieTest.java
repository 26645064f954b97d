package io.xdp4j.map;

import static io.xdp4j.map.Fixture.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapType;
import io.xdp4j.sys.NativeMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LpmTrieTest {

    private final Fixture fixture = new Fixture();
    private final long key = fixture.memory.address();
    private final long value = key + 512;
    private final long next = key + 1024;

    @AfterEach
    void close() {
        fixture.close();
    }

    private UserspaceMap map(final int bytes, final int maxEntries) {
        return fixture.map(MapType.LPM_TRIE, 4 + bytes, 8, maxEntries, 1);
    }

    private void setKey(final int length, final byte[] data) {
        NativeMemory.putInt(key, length);
        NativeMemory.copy(data, 0, key + 4, data.length);
    }

    private void setKey(final String prefix) {
        final int slash = prefix.indexOf('/');
        NativeMemory.putInt(key, Integer.parseInt(prefix.substring(slash + 1)));
        int i = 0;
        for (final String part : List.of(prefix.substring(0, slash).split("\\.", -1))) {
            NativeMemory.putByte(key + 4 + i++, (byte) Integer.parseInt(part));
        }
    }

    private String put(final UserspaceMap map, final String prefix, final long flags, final long number) {
        setKey(prefix);
        NativeMemory.putLong(value, number);
        return name(map.update(key, value, flags, 0));
    }

    private String get(final UserspaceMap map, final String prefix) {
        setKey(prefix);
        final long found = map.lookup(key, 0);
        return found == 0 ? "none" : Long.toString(NativeMemory.getLong(found));
    }

    private String delete(final UserspaceMap map, final String prefix) {
        setKey(prefix);
        return name(map.delete(key));
    }

    private List<String> walk(final UserspaceMap map) {
        final List<String> keys = new ArrayList<>();
        int error = map.nextKey(0, next);
        while (error == 0) {
            final StringBuilder text = new StringBuilder();
            for (int i = 0; i < 4; i++) {
                text.append(i == 0 ? "" : ".").append(NativeMemory.getByte(next + 4 + i) & 0xff);
            }
            keys.add(text.append('/').append(NativeMemory.getInt(next)).toString());
            NativeMemory.copy(next, key, 8);
            error = map.nextKey(key, next);
        }
        assertThat(name(error)).isEqualTo("ENOENT");
        return keys;
    }

    @Test
    void findsTheLongestPrefixNoLongerThanTheKey() {
        final UserspaceMap map = map(4, 100);
        put(map, "0.0.0.0/0", 0, 1);
        put(map, "10.0.0.0/8", 0, 2);
        put(map, "10.1.0.0/16", 0, 3);
        put(map, "10.1.2.3/32", 0, 4);
        assertThat(get(map, "192.168.0.1/32")).isEqualTo("1");
        assertThat(get(map, "10.9.9.9/32")).isEqualTo("2");
        assertThat(get(map, "10.1.2.4/32")).isEqualTo("3");
        assertThat(get(map, "10.1.2.3/32")).isEqualTo("4");
        assertThat(get(map, "10.1.2.3/31")).isEqualTo("3");
        assertThat(get(map, "10.1.2.3/15")).isEqualTo("2");
        assertThat(get(map, "10.1.2.3/7")).isEqualTo("1");
        assertThat(get(map, "10.1.2.3/33")).isEqualTo("none");
        assertThat(map.entries()).isEqualTo(4);
    }

    /** Two entries at most; 10.0.0.0/8 is there, and with {@code full} 11.0.0.0/24 too. */
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8 , 0, false, OK",
        "10.0.0.0/8 , 1, false, EEXIST",
        "10.0.0.0/8 , 2, false, OK",
        "10.0.0.0/8 , 3, false, EINVAL",
        "10.0.0.0/8 , 4, false, EINVAL",
        "10.0.0.0/8 , -1, false, EINVAL",
        "10.0.0.0/9 , 0, false, OK",
        "10.0.0.0/9 , 1, false, OK",
        "10.0.0.0/9 , 2, false, ENOENT",
        "10.0.0.0/33, 0, false, EINVAL",
        "10.0.0.0/-1, 0, false, EINVAL",
        "10.0.0.0/8 , 0, true , OK",
        "10.0.0.0/8 , 1, true , EEXIST",
        "10.0.0.0/8 , 2, true , OK",
        "10.0.0.0/28, 0, true , ENOSPC",
        "10.0.0.0/28, 1, true , ENOSPC",
        "10.0.0.0/28, 2, true , ENOENT"
    })
    void answersUpdatesAsTheKernel(final String prefix, final long flags, final boolean full, final String answer) {
        final UserspaceMap map = map(4, 2);
        put(map, "10.0.0.0/8", 0, 1);
        if (full) {
            put(map, "11.0.0.0/24", 0, 1);
        }
        assertThat(put(map, prefix, flags, 5)).isEqualTo(answer);
    }

    @Test
    void answersDeletesAsTheKernel() {
        final UserspaceMap map = map(4, 4);
        put(map, "10.1.0.0/16", 0, 1);
        put(map, "10.1.1.0/24", 0, 2);
        assertThat(delete(map, "10.1.1.0/23")).isEqualTo("ENOENT");
        assertThat(delete(map, "10.1.1.0/33")).isEqualTo("EINVAL");
        assertThat(delete(map, "10.1.1.77/24")).isEqualTo("OK");
        assertThat(get(map, "10.1.1.1/32")).isEqualTo("1");
        assertThat(delete(map, "10.1.0.0/16")).isEqualTo("OK");
        assertThat(get(map, "10.1.1.1/32")).isEqualTo("none");
        assertThat(map.entries()).isZero();
        assertThat(name(map.nextKey(0, next))).isEqualTo("ENOENT");
    }

    /** The example in kernel/bpf/lpm_trie.c; keys come back with the bits that they were put with. */
    @Test
    void walksLongerPrefixesFirst() {
        final UserspaceMap map = map(4, 10);
        put(map, "192.168.0.0/16", 0, 1);
        put(map, "192.168.0.0/24", 0, 2);
        put(map, "192.168.128.0/24", 0, 3);
        put(map, "192.168.1.0/24", 0, 4);
        put(map, "0.0.0.0/0", 0, 5);
        put(map, "192.168.1.9/30", 0, 6);
        assertThat(walk(map))
                .containsExactly(
                        "192.168.0.0/24",
                        "192.168.1.9/30",
                        "192.168.1.0/24",
                        "192.168.128.0/24",
                        "192.168.0.0/16",
                        "0.0.0.0/0");
        // A key that is not there starts again.
        setKey("192.168.2.0/24");
        map.nextKey(key, next);
        assertThat(NativeMemory.getInt(next + 4)).isEqualTo(192 | 168 << 8);
    }

    @Test
    void keepsTheOldValueForThoseWhoHoldIt() {
        final UserspaceMap map = map(4, 10);
        put(map, "10.0.0.0/24", 0, 1);
        setKey("10.0.0.7/32");
        final long held = map.lookup(key, 0);
        assertThat(map.owns(held, 8)).isTrue();
        assertThat(map.owns(held + 1, 8)).isFalse();
        assertThat(map.owns(held - 4, 4)).isFalse();
        put(map, "10.0.0.0/24", 0, 2);
        assertThat(NativeMemory.getLong(held)).isEqualTo(1);
        assertThat(get(map, "10.0.0.7/32")).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          8 |    4 | 10 |   0 | lpm_trie wants BPF_F_NO_PREALLOC: flags=0x0
          8 |    4 | 10 |   3 | lpm_trie does not know all of flags=0x3, allowed: 0x19d
          8 |    4 |  0 |   1 | maxEntries=0, allowed: 1 to 2147483647
          4 |    4 | 10 |   1 | lpm_trie wants a 32-bit prefix length and 1 to 256 bytes: keySize=4 bytes
        261 |    4 | 10 |   1 | lpm_trie wants a 32-bit prefix length and 1 to 256 bytes: keySize=261 bytes
          8 |    0 | 10 |   1 | lpm_trie wants a value of 1 to 4194008 bytes: valueSize=0 bytes
        """)
    void refusesSpecs(
            final int keySize, final int valueSize, final int maxEntries, final int flags, final String remedy) {
        assertThatThrownBy(() -> fixture.map(MapType.LPM_TRIE, keySize, valueSize, maxEntries, flags))
                .hasMessage("map create failed: EINVAL, map=m (" + remedy + ")");
    }

    /** A prefix in the model: length, and data with the bits behind it cleared. */
    private record Prefix(int length, ByteBuffer data) {

        static Prefix of(final int length, final byte[] data) {
            final byte[] masked = Arrays.copyOf(data, data.length);
            for (int i = 0; i < masked.length; i++) {
                masked[i] &= (byte) (0xff00 >>> Math.clamp(length - 8L * i, 0, 8));
            }
            return new Prefix(length, ByteBuffer.wrap(masked));
        }

        byte[] bytes() {
            final byte[] bytes = new byte[data.limit()];
            data.get(0, bytes);
            return bytes;
        }

        private int bit(final int index) {
            return (data.get(index >>> 3) >>> (7 - (index & 7))) & 1;
        }

        /** The kernel's order: a prefix after everything that it covers, else by bits. */
        static final Comparator<Prefix> POSTORDER = (left, right) -> {
            for (int i = 0; i < Math.min(left.length, right.length); i++) {
                if (left.bit(i) != right.bit(i)) {
                    return left.bit(i) - right.bit(i);
                }
            }
            return right.length - left.length;
        };
    }

    private byte[] randomData(final Random random, final int bytes, final List<byte[]> seen) {
        final byte[] data = new byte[bytes];
        if (!seen.isEmpty() && random.nextInt(3) > 0) {
            // Near one that was there: common prefixes of every length.
            final byte[] near = seen.get(random.nextInt(seen.size()));
            System.arraycopy(near, 0, data, 0, bytes);
            final int from = random.nextInt(bytes * 8);
            data[from >>> 3] ^= (byte) (0x80 >>> (from & 7));
        } else {
            random.nextBytes(data);
        }
        return data;
    }

    @ParameterizedTest
    @CsvSource({
        "4, 300, 50000, 1", "4, 70000, 100000, 2", "16, 500, 30000, 3", "16, 70000, 30000, 4", "1, 1000, 20000, 5",
        "2, 2000, 30000, 6", "3, 70000, 20000, 7", "8, 1500, 30000, 8", "5, 300, 20000, 9", "20, 300, 10000, 10",
        "256, 40, 1500, 11"
    })
    void agreesWithAModel(final int bytes, final int maxEntries, final int steps, final long seed) {
        final UserspaceMap map = map(bytes, maxEntries);
        final Map<Prefix, Long> model = new HashMap<>();
        final Random random = new Random(seed);
        final List<byte[]> seen = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            final byte[] data = randomData(random, bytes, seen);
            final int length = random.nextInt(bytes * 8 + 1);
            final Prefix prefix = Prefix.of(length, data);
            setKey(length, data);
            final int what = random.nextInt(10);
            if (what < 4) {
                final String expected = model.size() == maxEntries && !model.containsKey(prefix) ? "ENOSPC" : "OK";
                NativeMemory.putLong(value, step);
                assertThat(name(map.update(key, value, BpfMap.ANY, 0))).isEqualTo(expected);
                if (expected.equals("OK")) {
                    model.put(prefix, (long) step);
                    seen.add(data);
                }
            } else if (what < 7) {
                final byte[] old = seen.isEmpty() ? data : seen.remove(random.nextInt(seen.size()));
                // Some length of a key that was put: often there.
                final int some = lengthThere(model, old, random);
                setKey(some, old);
                assertThat(name(map.delete(key)))
                        .isEqualTo(model.remove(Prefix.of(some, old)) == null ? "ENOENT" : "OK");
            } else {
                final int limit = random.nextBoolean() ? bytes * 8 : length;
                setKey(limit, data);
                final long found = map.lookup(key, 0);
                assertThat(found == 0 ? 0L : NativeMemory.getLong(found)).isEqualTo(longest(model, limit, data));
            }
            assertThat(map.entries()).isEqualTo(model.size());
        }
        assertThat(order(map, bytes))
                .isEqualTo(model.keySet().stream().sorted(Prefix.POSTORDER).toList());
        for (final Prefix prefix : List.copyOf(model.keySet())) {
            setKey(prefix.length, prefix.bytes());
            assertThat(name(map.delete(key))).isEqualTo("OK");
        }
        assertThat(map.entries()).isZero();
        assertThat(name(map.nextKey(0, next))).isEqualTo("ENOENT");
    }

    /** A length at which the data's prefix is in the model, if there is one. */
    private static int lengthThere(final Map<Prefix, Long> model, final byte[] data, final Random random) {
        final List<Integer> lengths = new ArrayList<>();
        for (int length = 0; length <= data.length * 8; length++) {
            if (model.containsKey(Prefix.of(length, data))) {
                lengths.add(length);
            }
        }
        return lengths.isEmpty() ? random.nextInt(data.length * 8 + 1) : lengths.get(random.nextInt(lengths.size()));
    }

    private static long longest(final Map<Prefix, Long> model, final int limit, final byte[] data) {
        for (int length = limit; length >= 0; length--) {
            final Long number = model.get(Prefix.of(length, data));
            if (number != null) {
                return number;
            }
        }
        return 0;
    }

    private List<Prefix> order(final UserspaceMap map, final int bytes) {
        final List<Prefix> order = new ArrayList<>();
        int error = map.nextKey(0, next);
        while (error == 0) {
            final byte[] data = new byte[bytes];
            NativeMemory.copy(next + 4, data, 0, bytes);
            order.add(Prefix.of(NativeMemory.getInt(next), data));
            NativeMemory.copy(next, key, 4 + bytes);
            error = map.nextKey(key, next);
        }
        return order;
    }

    /** Neighbours come and go as fast as they can, and blocks are used again, while a reader looks at what stays. */
    @ParameterizedTest
    @CsvSource({"4, 20", "16, 20", "4, 100000"})
    void findsWhatStaysWhileNeighboursComeAndGo(final int bytes, final int maxEntries) throws InterruptedException {
        final UserspaceMap map = map(bytes, maxEntries);
        final byte[] data = new byte[bytes];
        Arrays.fill(data, (byte) 0x5a);
        final int[] staying = {8, 20, bytes * 8};
        for (final int length : staying) {
            setKey(length, data);
            NativeMemory.putLong(value, length);
            assertThat(map.update(key, value, 0, 0)).isZero();
        }
        final AtomicBoolean stop = new AtomicBoolean();
        final AtomicLong changes = new AtomicLong();
        final Thread writer = Thread.ofPlatform().start(() -> {
            final Random random = new Random(3);
            final long mine = key + 4096;
            while (!stop.get()) {
                NativeMemory.putInt(mine, 9 + random.nextInt(bytes * 8 - 9));
                NativeMemory.copy(data, 0, mine + 4, bytes);
                final int flip = 8 + random.nextInt(bytes * 8 - 8);
                NativeMemory.putByte(mine + 4 + (flip >>> 3), (byte) (data[flip >>> 3] ^ (0x80 >>> (flip & 7))));
                // Entries that differ from what stays before their end: never the answer for it.
                if (NativeMemory.getInt(mine) > flip) {
                    NativeMemory.putLong(mine + 512, -1);
                    if (random.nextBoolean()) {
                        map.update(mine, mine + 512, 0, 0);
                    } else {
                        map.delete(mine);
                    }
                    changes.incrementAndGet();
                }
            }
        });
        final Map<Long, Integer> wrong = new HashMap<>();
        final long end = System.nanoTime() + 1_000_000_000L;
        while (System.nanoTime() < end || changes.get() < 10_000) {
            for (final int length : staying) {
                setKey(length, data);
                final long found = map.lookup(key, 0);
                final long number = found == 0 ? 0 : NativeMemory.getLong(found);
                if (number != length) {
                    wrong.merge(number, 1, Integer::sum);
                }
            }
        }
        stop.set(true);
        writer.join();
        assertThat(wrong).isEmpty();
    }

    /** A worker that is inside holds blocks back for as long as it stays there, however much time passes. */
    @Test
    void usesNoBlockAgainWhileAProgramRuns() {
        final UserspaceMap map = map(4, 1000);
        final Grace.Reader worker = fixture.table.grace().reader();
        worker.enter();
        put(map, "10.0.0.0/24", 0, 1);
        setKey("10.0.0.7/32");
        final long held = map.lookup(key, 0);
        final long end = System.nanoTime() + 3 * LpmGrace.BATCH_NS;
        for (int i = 0; i < 900 && System.nanoTime() < end; i++) {
            put(map, "10.0.0.0/24", 0, 2);
            java.util.concurrent.locks.LockSupport.parkNanos(100_000);
        }
        assertThat(NativeMemory.getLong(held)).isEqualTo(1);
        worker.leave();
        for (int i = 0; i < 100_000; i++) {
            put(map, "10.0.0.0/24", 0, 3);
        }
        assertThat(map.memory()).isLessThan(50_000);
        worker.close();
    }

    @Test
    void copiesWholeValuesToJavaWhileTheyAreReplaced() throws InterruptedException {
        final UserspaceMap map = fixture.map(MapType.LPM_TRIE, 8, 64, 1, 1);
        final AtomicBoolean stop = new AtomicBoolean();
        final Thread writer = Thread.ofPlatform().start(() -> {
            final long mine = key + 4096;
            NativeMemory.putInt(mine, 32);
            for (long number = 1; !stop.get(); number++) {
                for (int i = 0; i < 8; i++) {
                    NativeMemory.putLong(mine + 512 + 8L * i, number);
                }
                map.update(mine, mine + 512, 0, 0);
            }
        });
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        final UnsafeBuffer wanted = new UnsafeBuffer(new byte[8]);
        wanted.putInt(0, 32);
        int torn = 0;
        final long end = System.nanoTime() + 500_000_000L;
        while (System.nanoTime() < end) {
            if (map.lookup(wanted, 0, buffer, 0) == 0) {
                for (int i = 1; i < 8; i++) {
                    torn += buffer.getLong(8 * i) == buffer.getLong(0) ? 0 : 1;
                }
            }
        }
        stop.set(true);
        writer.join();
        assertThat(torn).isZero();
    }

    @Test
    void takesNoMoreMemoryForReplacingAValue() {
        final UserspaceMap map = fixture.map(MapType.LPM_TRIE, 8, 64, 1, 1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(put(map, "10.0.0.0/30", 0, i)).isEqualTo("OK");
            assertThat(get(map, "10.0.0.1/32")).isEqualTo(Integer.toString(i));
        }
        assertThat(map.memory()).isLessThan(50_000);
    }

    /** However often a program replaces a value: what it found keeps its bytes, as long as there are slots. */
    @Test
    void keepsWhatAProgramHoldsWhenSlotsRunOut() {
        final UserspaceMap map = map(4, 1);
        try (Grace.Reader worker = fixture.table.grace().reader()) {
            worker.enter();
            put(map, "10.0.0.0/24", 0, 1);
            setKey("10.0.0.7/32");
            final long held = map.lookup(key, 0);
            int replaced = 0;
            while (put(map, "10.0.0.0/24", 0, 2).equals("OK")) {
                replaced++;
            }
            assertThat(replaced).isEqualTo(LpmSlots.SPARE);
            assertThat(NativeMemory.getLong(held)).isEqualTo(1);
            assertThat(put(map, "10.0.0.0/24", 0, 2)).isEqualTo("ENOMEM");
            worker.leave();
            assertThat(put(map, "10.0.0.0/24", 0, 3)).isEqualTo("OK");
        }
    }

    @Test
    void letsJavaWaitForAWorkerToLeaveWhenSlotsRunOut() throws InterruptedException {
        final UserspaceMap map = map(4, 1);
        final Grace.Reader worker = fixture.table.grace().reader();
        worker.enter();
        while (put(map, "10.0.0.0/24", 0, 2).equals("OK")) {
            assertThat(map.entries()).isEqualTo(1);
        }
        final Thread leaving = Thread.ofPlatform().start(() -> {
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            worker.leave();
        });
        final UnsafeBuffer prefix = new UnsafeBuffer(new byte[] {24, 0, 0, 0, 10, 0, 0, 0});
        assertThat(name(map.update(prefix, 0, new UnsafeBuffer(new byte[8]), 0, 0)))
                .isEqualTo("OK");
        leaving.join();
        worker.close();
    }

    /** A program's update must not do the work of others: what was retired elsewhere stays for who takes the monitor. */
    @Test
    void freesNothingOfOthersFromWithinAnUpdate() {
        final UserspaceMap map = map(4, 10);
        final AtomicBoolean freed = new AtomicBoolean();
        try (Grace.Reader worker = fixture.table.grace().reader()) {
            worker.enter();
            fixture.table.grace().retire(() -> freed.set(true));
            worker.leave();
            final long end = System.nanoTime() + 3 * LpmGrace.BATCH_NS;
            while (System.nanoTime() < end) {
                assertThat(put(map, "10.0.0.0/24", 0, 1)).isEqualTo("OK");
            }
            assertThat(freed).isFalse();
            fixture.table.grace().freeWhatCanBe();
            assertThat(freed).isTrue();
        }
    }

    @Test
    void refusesWhatWouldTakeTheJavaHeap() {
        assertThatThrownBy(() -> fixture.map(MapType.LPM_TRIE, 8, 1 << 21, Integer.MAX_VALUE, 1))
                .isInstanceOf(MapException.class)
                .hasMessageStartingWith(
                        "map create failed: ENOMEM, map=m (maxEntries=2147483647, heap=17179869168 bytes");
    }
}
