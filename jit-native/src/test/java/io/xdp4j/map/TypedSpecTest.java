package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.btf.BtfWriter;
import io.xdp4j.sys.NativeMemory;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What maps make of their key's and value's types. */
final class TypedSpecTest {

    private final Fixture fixture = new Fixture();
    private final BtfWriter types = BtfWriter.empty();
    private final int u8 = types.add(new BtfType.Int("u8", 1, 0, 0, 8));
    private final int u16 = types.add(new BtfType.Int("u16", 2, 0, 0, 16));
    private final int u32 = types.add(new BtfType.Int("u32", 4, 0, 0, 32));
    private final int u64 = types.add(new BtfType.Int("u64", 8, 0, 0, 64));

    @AfterEach
    void close() {
        fixture.close();
    }

    private int struct(final String name, final int size, final int... typesAndOffsets) {
        final BtfType.Member[] members = new BtfType.Member[typesAndOffsets.length / 2];
        for (int i = 0; i < members.length; i++) {
            members[i] = new BtfType.Member("m" + i, typesAndOffsets[2 * i], 8L * typesAndOffsets[2 * i + 1], 0);
        }
        return types.add(new BtfType.Struct(name, size, List.of(members)));
    }

    private MapSpec spec(
            final MapType type, final int keySize, final int valueSize, final int keyType, final int valueType) {
        final Btf btf = types.toBtf("test.o");
        return new MapSpec(
                "m", type, keySize, valueSize, 64, 0, 0, false, null, List.of(), null, btf, keyType, valueType);
    }

    private KeyShape shape(final int keySize, final int keyType) {
        return KeyFields.shape(spec(MapType.HASH, keySize, 4, keyType, u32));
    }

    private static long widths(final int... words) {
        long widths = 0;
        for (int i = 0; i < words.length; i++) {
            widths |= (long) words[i] << (2 * i);
        }
        return widths;
    }

    @Test
    void readsAKeyInTheWidthsOfItsFields() {
        final int fiveTuple = struct("five_tuple", 16, u32, 0, u32, 4, u16, 8, u16, 10, u8, 12);
        assertThat(shape(16, fiveTuple))
                .isEqualTo(new KeyShape(
                        16,
                        4,
                        widths(KeyShape.WHOLE, KeyShape.WHOLE, KeyShape.HALVES, KeyShape.BYTES),
                        KeyShape.BYTES));
        final int nested = struct("nested", 20, fiveTuple, 0, u32, 16);
        final int named = types.add(new BtfType.Typedef("nested_t", types.add(new BtfType.Const(nested))));
        assertThat(shape(20, named).widths())
                .isEqualTo(widths(KeyShape.WHOLE, KeyShape.WHOLE, KeyShape.HALVES, KeyShape.BYTES, KeyShape.WHOLE));
        assertThat(shape(8, u64).widths()).isZero();
        assertThat(shape(6, types.add(new BtfType.Array(u8, u32, 6))))
                .isEqualTo(new KeyShape(6, 2, 0, KeyShape.TAIL + 2));
        final int pairs = types.add(new BtfType.Array(struct("pair", 4, u16, 0, u16, 2), u32, 2));
        assertThat(shape(8, pairs).widths()).isEqualTo(widths(KeyShape.HALVES, KeyShape.HALVES));
    }

    @Test
    void findsKeysWhicheverWayTheyAreRead() {
        final int fiveTuple = struct("five_tuple", 16, u32, 0, u32, 4, u16, 8, u16, 10, u8, 12);
        final UserspaceMap map = fixture.map(spec(MapType.HASH, 16, 4, fiveTuple, u32));
        final UnsafeBuffer key = new UnsafeBuffer(new byte[16]);
        for (int i = 0; i < 16; i++) {
            key.setMemory(0, 16, (byte) 0xff);
            key.putByte(i, (byte) 0x80);
            assertThat(map.update(key, 0, Fixture.key(i), 0, BpfMap.NOEXIST)).isZero();
        }
        for (int i = 0; i < 16; i++) {
            key.setMemory(0, 16, (byte) 0xff);
            key.putByte(i, (byte) 0x80);
            final UnsafeBuffer value = Fixture.key(-1);
            assertThat(map.lookup(key, 0, value, 0)).isZero();
            assertThat(value.getInt(0)).isEqualTo(i);
        }
    }

    private MapSpec locked(final MapType type) {
        final int lock = struct("bpf_spin_lock", 4, u32, 0);
        return spec(type, 4, 24, u32, struct("account", 24, u64, 0, lock, 8, u32, 12, u64, 16));
    }

    private static UnsafeBuffer account(final long amount) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[24]);
        value.putLong(0, amount);
        value.putLong(8, -1);
        value.putLong(16, amount);
        return value;
    }

    @ParameterizedTest
    @EnumSource(names = {"ARRAY", "HASH"})
    void neverCopiesASpinLock(final MapType type) {
        final UserspaceMap map = fixture.map(locked(type));
        final UnsafeBuffer out = account(0);
        for (final long flags : new long[] {0, 0, BpfMap.LOCK, BpfMap.LOCK | BpfMap.EXIST}) {
            assertThat(map.update(Fixture.key(1), 0, account(5 + flags), 0, flags))
                    .isZero();
            assertThat(map.lookup(Fixture.key(1), 0, out, 0, BpfMap.LOCK)).isZero();
            assertThat(out.getLong(0)).isEqualTo(5 + flags);
            assertThat(out.getInt(8)).isZero();
            assertThat(out.getInt(12)).isEqualTo(-1);
            assertThat(out.getLong(16)).isEqualTo(5 + flags);
        }
        assertThat(Fixture.name(map.update(Fixture.key(1), 0, out, 0, BpfMap.LOCK | BpfMap.NOEXIST)))
                .isEqualTo("EEXIST");
        assertThat(Fixture.name(map.lookup(Fixture.key(1), 0, out, 0, 1))).isEqualTo("EINVAL");
    }

    @Test
    void wantsASpinLockForLockedOperations() {
        for (final MapType type : List.of(MapType.ARRAY, MapType.HASH)) {
            final UserspaceMap map = fixture.map(type, 4, 8, 4, 0);
            final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
            assertThat(Fixture.name(map.update(Fixture.key(1), 0, value, 0, BpfMap.LOCK)))
                    .isEqualTo("EINVAL");
            assertThat(Fixture.name(map.lookup(Fixture.key(1), 0, value, 0, BpfMap.LOCK)))
                    .isEqualTo("EINVAL");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ARRAY", "HASH"})
    void excludesAProgramThatHoldsTheLock(final MapType type) throws InterruptedException {
        final UserspaceMap map = fixture.map(locked(type));
        assertThat(map.update(Fixture.key(1), 0, account(0), 0, 0)).isZero();
        NativeMemory.putInt(fixture.memory.address(), 1);
        final long value = map.lookup(fixture.memory.address(), 0);
        final AtomicBoolean stop = new AtomicBoolean();
        final Thread program = new Thread(() -> {
            while (!stop.get()) {
                ValueLock.lock(value + 8, fixture.table);
                final long amount = NativeMemory.getLong(value) + 1;
                NativeMemory.putLong(value, amount);
                NativeMemory.putLong(value + 16, amount);
                ValueLock.unlock(value + 8);
            }
        });
        program.start();
        try {
            final UnsafeBuffer out = account(0);
            for (int i = 0; i < 20_000; i++) {
                map.lookup(Fixture.key(1), 0, out, 0, BpfMap.LOCK);
                assertThat(out.getLong(0) == out.getLong(16)).isTrue();
                if (i % 16 == 0) {
                    map.update(Fixture.key(1), 0, account(i), 0, BpfMap.LOCK);
                }
            }
        } finally {
            stop.set(true);
            program.join();
        }
    }

    @ParameterizedTest
    @Timeout(60)
    @EnumSource(names = {"ARRAY", "HASH"})
    void doesNotWaitASecondEachTimeForALockThatStaysTaken(final MapType type) {
        final UserspaceMap map = fixture.map(locked(type));
        assertThat(map.update(Fixture.key(1), 0, account(7), 0, 0)).isZero();
        final long key = fixture.memory.address();
        NativeMemory.putInt(key, 1);
        NativeMemory.putInt(map.lookup(key, 0) + 8, 1);
        for (int i = 0; i < 358; i++) {
            assertThat(Fixture.name(map.update(key, key + 64, BpfMap.LOCK, 0))).isEqualTo("EBUSY");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ARRAY", "HASH"})
    void answersEbusyForALockThatStaysTaken(final MapType type) {
        final UserspaceMap map = fixture.map(locked(type));
        assertThat(map.update(Fixture.key(1), 0, account(7), 0, 0)).isZero();
        final long key = fixture.memory.address();
        NativeMemory.putInt(key, 1);
        final long value = map.lookup(key, 0);
        NativeMemory.putInt(value + 8, 1);
        final UnsafeBuffer out = account(0);
        assertThat(Fixture.name(map.lookup(Fixture.key(1), 0, out, 0, BpfMap.LOCK)))
                .isEqualTo("EBUSY");
        assertThat(Fixture.name(map.update(Fixture.key(1), 0, account(8), 0, BpfMap.LOCK)))
                .isEqualTo("EBUSY");
        assertThat(Fixture.name(map.update(key, fixture.memory.address() + 64, BpfMap.LOCK, 0)))
                .isEqualTo("EBUSY");
        assertThat(NativeMemory.getInt(value + 8)).isEqualTo(1);
        assertThat(map.update(Fixture.key(1), 0, account(9), 0, 0)).isZero();
        assertThat(map.lookup(Fixture.key(1), 0, out, 0)).isZero();
        assertThat(out.getLong(0)).isEqualTo(9);
    }

    @Test
    void takesNoSpinLockThatIsNotAligned() {
        final int lock = struct("bpf_spin_lock", 4, u32, 0);
        final MapSpec askew = spec(MapType.ARRAY, 4, 8, u32, struct("askew", 8, lock, 2));
        assertThat(ValueLock.offset(askew)).isEqualTo(-1);
    }
}
