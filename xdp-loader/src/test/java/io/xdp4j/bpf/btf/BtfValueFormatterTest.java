package io.xdp4j.bpf.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class BtfValueFormatterTest {

    private final Btf kinds = TestObject.read("kinds.o").btf();

    @Test
    void printsAKey() {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[] {99, 24, 0, 0, 0, 10, (byte) 200, 0, 1});
        assertThat(BtfValueFormatter.format(kinds, kinds.findByName("key", BtfKind.STRUCT), bytes, 1, 8))
                .isEqualTo("{prefixlen: 24, addr: [10, 200, 0, 1]}");
    }

    @Test
    void printsEveryKindOfMember() {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[120]);
        final ByteOrder order = ByteOrder.LITTLE_ENDIAN;
        bytes.putLong(0, -1, order);
        bytes.putLong(8, 0xffff_8880_1234_5678L, order);
        bytes.putInt(16, -3, order);
        bytes.putLong(24, 0x1234567890abcdefL, order);
        bytes.putInt(56, 0b1_0000011_101, order); // on, mid=3, low=-3
        bytes.putInt(60, 0x04030201, order);
        bytes.putLong(64, Double.doubleToLongBits(1.5), order);
        bytes.putBytes(72, "lan\"0".getBytes(StandardCharsets.US_ASCII));
        bytes.putInt(84, -7, order);
        bytes.putShort(114, (short) -2, order);
        assertThat(BtfValueFormatter.format(kinds, kinds.findByName("everything", BtfKind.STRUCT), bytes, 0, 120))
                .isEqualTo("{counter: 18446744073709551615, key: 0xffff888012345678, color: BLUE, big: HUGE, forward:"
                        + " 0x0, other: 0x0, callback: 0x0, flags: {low: -3, mid: 3, on: true, word: 67305985,"
                        + " bytes: [1, 2, 3, 4], ratio: 1.5}, name: \"lan\\\"0\", matrix: [[0, -7, 0], [0, 0, 0]],"
                        + " tagged: 0x0, point: {x: 0, y: -2}, tail: []}");
    }

    @Test
    void countsBitsFromTheOtherEndInBigEndian() {
        final Btf big = TestObject.read("kinds-big-endian.o").btf();
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[16]);
        bytes.putByte(0, (byte) 0b101_00000); // low=-3, then the upper five bits of mid
        bytes.putByte(1, (byte) 0b11_1_00000); // the lower two bits of mid, on
        bytes.putInt(4, 0x01020304, ByteOrder.BIG_ENDIAN);
        assertThat(BtfValueFormatter.format(big, big.findByName("flags", BtfKind.STRUCT), bytes, 0, 16))
                .isEqualTo("{low: -3, mid: 3, on: true, word: 16909060, bytes: [1, 2, 3, 4], ratio: 0.0}");
    }

    @Test
    void printsNumbersOfEnumeratorsThatHaveNoName() {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
        assertThat(BtfValueFormatter.format(kinds, kinds.findByName("color", BtfKind.ENUM), bytes, 0, 4))
                .isEqualTo("-1");
        assertThat(BtfValueFormatter.format(kinds, kinds.findByName("big", BtfKind.ENUM64), bytes, 0, 8))
                .isEqualTo("18446744073709551615");
    }

    @Test
    void refusesValuesThatAreTooShort() {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[16]);
        assertThatThrownBy(() -> BtfValueFormatter.format(kinds, kinds.findByName("key", BtfKind.STRUCT), bytes, 0, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("value shorter than its type: length=7 bytes, needs 8 bytes");
    }

    @Test
    void refusesTypesThatHaveNoEnd() {
        final BtfWriter writer = BtfWriter.empty();
        final int named = writer.add(new BtfType.Struct(
                "s", 4, List.of(new BtfType.Member("a", 1, 0, 0), new BtfType.Member("b", 1, 0, 0))));
        final int nameless = writer.add(
                new BtfType.Struct("", 0, List.of(new BtfType.Member("", 2, 0, 0), new BtfType.Member("", 2, 0, 0))));
        final int array = writer.add(new BtfType.Array(4, 4, -1));
        writer.add(new BtfType.Struct("empty", 0, List.of()));
        final Btf btf = writer.toBtf("test");
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[4]);
        for (final int id : new int[] {named, nameless, array}) {
            assertThatThrownBy(() -> BtfValueFormatter.format(btf, id, bytes, 0, 4))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("value too complex: type=struct");
        }
    }
}
