package io.xdp4j.bpf.btf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BtfFormatterTest {

    private final Btf kinds = TestObject.read("kinds.o").btf();

    @Test
    void printsAStructOnOneLine() {
        assertThat(BtfFormatter.inline(kinds, kinds.findByName("key", BtfKind.STRUCT)))
                .isEqualTo("struct key { __u32 prefixlen; __u8 addr[4]; }");
    }

    @Test
    void printsDeclaratorsAsCReadsThem() {
        assertThat(BtfFormatter.definition(kinds, kinds.findByName("everything", BtfKind.STRUCT)))
                .isEqualTo("""
                    struct everything {
                        const volatile __u64 counter;
                        struct key *restrict key;
                        enum color color;
                        enum big big;
                        struct forward *forward;
                        union forward_union *other;
                        int (*callback)(struct key *, __u32, ...);
                        struct flags flags;
                        char name[8];
                        int matrix[2][3];
                        __attribute__((btf_type_tag("user"))) int *tagged;
                        struct {
                            short x;
                            short y;
                        } point;
                        __u32 tail[];
                    }\
                    """);
        assertThat(BtfFormatter.definition(kinds, kinds.findByName("flags", BtfKind.STRUCT)))
                .isEqualTo("""
                    struct flags {
                        int low : 3;
                        unsigned int mid : 7;
                        _Bool on : 1;
                        union {
                            __u32 word;
                            __u8 bytes[4];
                        };
                        double ratio;
                    }\
                    """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ENUM | color | enum color { RED = 0, GREEN = 5, BLUE = -3 }",
                "ENUM64 | big | enum big { SMALL = 1, HUGE = 1311768467294899695 }",
                "TYPEDEF | __u32 | typedef unsigned int __u32",
                "FUNC | program | int program(struct key *key)",
                "FUNC | helper | static int helper(struct key *key, __u32 by)",
                "VAR | limit | const struct key limit",
                "DATASEC | .data | .data { static __u32 count; }",
                "INT | _Bool | _Bool",
                "FWD | forward | struct forward",
                "FLOAT | double | double",
                "DECL_TAG | whole | __attribute__((btf_decl_tag(\"whole\"))) of struct everything",
            })
    void printsEveryKindOfDefinition(final BtfKind kind, final String name, final String text) {
        assertThat(BtfFormatter.inline(kinds, kinds.findByName(name, kind))).isEqualTo(text);
    }

    @Test
    void putsQualifiersOfPointersAfterTheStar() {
        final BtfWriter writer = BtfWriter.empty();
        final int number = writer.add(new BtfType.Int("int", 4, BtfType.Int.SIGNED, 0, 32));
        final int constant = writer.add(new BtfType.Const(number));
        final int pointer = writer.add(new BtfType.Ptr(constant));
        final int constantPointer = writer.add(new BtfType.Const(pointer));
        final int array = writer.add(new BtfType.Array(number, number, 3));
        final int toArray = writer.add(new BtfType.Ptr(array));
        final int getter = writer.add(new BtfType.FuncProto(toArray, List.of()));
        final Btf btf = writer.toBtf("test");
        assertThat(BtfFormatter.declaration(btf, constantPointer, "p")).isEqualTo("const int *const p");
        assertThat(BtfFormatter.typeName(btf, constantPointer)).isEqualTo("const int *const");
        assertThat(BtfFormatter.declaration(btf, toArray, "a")).isEqualTo("int (*a)[3]");
        assertThat(BtfFormatter.declaration(btf, getter, "get")).isEqualTo("int (*get(void))[3]");
        assertThat(BtfFormatter.typeName(btf, 0)).isEqualTo("void");
    }

    @Test
    void cutsWhatHasNoEnd() {
        final BtfWriter writer = BtfWriter.empty();
        final int self = writer.add(new BtfType.Ptr(1));
        final int members = writer.size();
        writer.add(new BtfType.Struct(
                "", 4, List.of(new BtfType.Member("a", members, 0, 0), new BtfType.Member("b", members, 0, 0))));
        final int proto = writer.size();
        writer.add(new BtfType.FuncProto(proto, List.of(new BtfType.Param("a", proto), new BtfType.Param("b", proto))));
        final Btf btf = writer.toBtf("test");
        assertThat(BtfFormatter.typeName(btf, self)).isEqualTo("...");
        assertThat(BtfFormatter.inline(btf, members)).contains("...").hasSizeLessThan(1_000_000);
        assertThat(BtfFormatter.inline(btf, proto)).contains("...").hasSizeLessThan(2_000_000);
    }
}
