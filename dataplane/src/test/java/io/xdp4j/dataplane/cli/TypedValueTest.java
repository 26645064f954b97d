package io.xdp4j.dataplane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.btf.BtfType.Member;
import io.xdp4j.bpf.btf.BtfWriter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The text of values of every kind of C type, printed and read back. */
class TypedValueTest {

    private final BtfWriter types = BtfWriter.empty();
    private final int u8 = types.add(new BtfType.Int("__u8", 1, 0, 0, 8));
    private final int s16 = types.add(new BtfType.Int("short", 2, BtfType.Int.SIGNED, 0, 16));
    private final int u32 = types.add(new BtfType.Int("__u32", 4, 0, 0, 32));
    private final int u64 = types.add(new BtfType.Int("__u64", 8, 0, 0, 64));
    private final int be16 = types.add(new BtfType.Typedef("__be16", s16));
    private final int be32 = types.add(new BtfType.Typedef("__be32", u32));

    private int array(final int element, final int count) {
        return types.add(new BtfType.Array(element, u32, count));
    }

    /** A structure of these members, one behind the other without padding. */
    private int struct(final List<Integer> memberTypes) {
        final List<Member> members = new ArrayList<>();
        int size = 0;
        for (final int type : memberTypes) {
            members.add(new Member("m" + members.size(), type, size * 8L, 0));
            size += types.toBtf("test").resolveSize(type);
        }
        return types.add(new BtfType.Struct("s", size, members));
    }

    private String print(final int type, final String hex) {
        return new ValuePrinter(types.toBtf("test"), false).print(HexFormat.of().parseHex(hex), type);
    }

    private String read(final int type, final String text, final int size) {
        return HexFormat.of().formatHex(new ValueParser(types.toBtf("test"), false).parse(text, type, size));
    }

    private void roundTrip(final int type, final String hex, final String text) {
        assertThat(print(type, hex)).isEqualTo(text);
        assertThat(read(type, text, hex.length() / 2)).isEqualTo(hex);
    }

    @Test
    void printsNumbersWithTheirSign() {
        roundTrip(u64, "ffffffffffffffff", "18446744073709551615");
        roundTrip(s16, "feff", "-2");
        roundTrip(array(s16, 2), "feff0300", "{-2,3}");
    }

    @Test
    void printsNetworkOrderAsPeopleWriteIt() {
        roundTrip(be16, "0050", "80");
        roundTrip(be32, "c000020a", "192.0.2.10");
    }

    @Test
    void printsBytesAsAddressesOrHexadecimal() {
        roundTrip(array(u8, 4), "0a000001", "10.0.0.1");
        roundTrip(array(u8, 6), "020000000001", "02:00:00:00:00:01");
        roundTrip(array(u8, 16), "20010db8000000000000000000000001", "2001:db8::1");
        roundTrip(array(u8, 3), "6c616e", "hex:6c616e");
    }

    @Test
    void printsEnumeratorsByName() {
        final int color = types.add(new BtfType.Enum32(
                "color", 4, true, List.of(new BtfType.Enumerator("RED", 0), new BtfType.Enumerator("BLUE", -3))));
        roundTrip(color, "fdffffff", "BLUE");
        roundTrip(color, "ffffffff", "-1");
    }

    @Test
    void printsPointersAndFloatingPointAsNumbers() {
        roundTrip(types.add(new BtfType.Ptr(0)), "0100000000000000", "1");
        assertThat(print(types.add(new BtfType.FloatType("double", 8)), "000000000000f83f"))
                .isEqualTo("4609434218613702656");
    }

    @Test
    void printsStructuresWithinStructures() {
        roundTrip(struct(List.of(u32, struct(List.of(s16, s16)))), "01000000" + "0200" + "ffff", "{1,{2,-1}}");
    }

    @Test
    void printsTheFirstMemberOfAUnion() {
        final int union = types.add(new BtfType.Union(
                "u", 4, List.of(new Member("word", be32, 0, 0), new Member("bytes", array(u8, 4), 0, 0))));
        roundTrip(union, "c0000201", "192.0.2.1");
    }

    @Test
    void printsBitFieldsButNotTheirPadding() {
        final int flags = types.add(new BtfType.Struct(
                "flags",
                4,
                List.of(new Member("low", u32, 0, 3), new Member("", u32, 3, 5), new Member("high", u32, 8, 7))));
        roundTrip(flags, "05410000", "{5,65}");
    }

    @Test
    void leavesOutElementsPastTheSixtyFourth() {
        assertThat(print(array(u32, 66), "00000000".repeat(66))).isEqualTo("{" + "0,".repeat(64) + "… 2 more}");
    }

    @Test
    void printsAQuestionMarkForWhatLiesPastTheEnd() {
        assertThat(print(struct(List.of(u32, u32)), "01000000")).isEqualTo("?");
        assertThat(print(u64, "00")).isEqualTo("?");
    }

    @Test
    void endsWhereAStructureIsItsOwnOnlyMember() {
        final int endless = types.size();
        types.add(new BtfType.Struct("endless", 4, List.of(new Member("self", endless, 0, 0))));
        assertThat(print(endless, "01000000")).isEqualTo("{".repeat(33) + "?" + "}".repeat(33));
        refused(endless, "5", "types nested too deep (limit 32): 5");
        refused(endless, "{1,2}", "types nested too deep (limit 32): {1,2}");
    }

    @Test
    void endsWhereAUnionIsItsOwnFirstMember() {
        final int endless = types.size();
        types.add(new BtfType.Union("endless", 4, List.of(new Member("self", endless, 0, 0))));
        assertThat(print(endless, "01000000")).isEqualTo("?");
        refused(endless, "5", "types nested too deep (limit 32): 5");
    }

    @Test
    void endsWhereAStructureIsItsOwnMemberTwice() {
        final int endless = types.size();
        types.add(new BtfType.Struct(
                "endless", 4, List.of(new Member("one", endless, 0, 0), new Member("two", endless, 0, 0))));
        assertThat(print(endless, "01000000")).hasSizeBetween(1 << 16, 1 << 17);
    }

    private void refused(final int type, final String text, final String message) {
        final Btf btf = types.toBtf("test");
        assertThatThrownBy(() -> new ValueParser(btf, false).parse(text, type, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
