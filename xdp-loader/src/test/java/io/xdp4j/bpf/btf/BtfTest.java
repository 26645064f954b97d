package io.xdp4j.bpf.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BtfTest {

    private static final Path KERNEL = Path.of("/sys/kernel/btf/vmlinux");

    private final Btf kinds = TestObject.read("kinds.o").btf();

    private int id(final BtfKind kind, final String name) {
        final int id = kinds.findByName(name, kind);
        assertThat(id).as(name).isPositive();
        return id;
    }

    @Test
    void readsEveryKindThatClangWrites() {
        final EnumSet<BtfKind> seen = EnumSet.noneOf(BtfKind.class);
        for (int id = 0; id < kinds.size(); id++) {
            assertThat(kinds.type(id).kind()).isEqualTo(kinds.kind(id));
            assertThat(kinds.type(id).name()).isEqualTo(kinds.name(id));
            seen.add(kinds.kind(id));
        }
        assertThat(seen).containsExactlyInAnyOrder(BtfKind.values());
        assertThat(kinds.size()).isEqualTo(50);
    }

    @Test
    void readsMembersAndBitfields() {
        assertThat(kinds.type(id(BtfKind.STRUCT, "flags")))
                .isEqualTo(new BtfType.Struct(
                        "flags",
                        16,
                        List.of(
                                new BtfType.Member("low", id(BtfKind.INT, "int"), 0, 3),
                                new BtfType.Member("mid", id(BtfKind.INT, "unsigned int"), 3, 7),
                                new BtfType.Member("on", id(BtfKind.INT, "_Bool"), 10, 1),
                                new BtfType.Member("", 35, 32, 0),
                                new BtfType.Member("ratio", id(BtfKind.FLOAT, "double"), 64, 0))));
        assertThat(kinds.type(35)).isInstanceOf(BtfType.Union.class);
    }

    @Test
    void readsEnumsWithTheirSign() {
        assertThat(kinds.type(id(BtfKind.ENUM, "color")))
                .isEqualTo(new BtfType.Enum32(
                        "color",
                        4,
                        true,
                        List.of(
                                new BtfType.Enumerator("RED", 0),
                                new BtfType.Enumerator("GREEN", 5),
                                new BtfType.Enumerator("BLUE", -3))));
        assertThat(kinds.type(id(BtfKind.ENUM64, "big")))
                .isEqualTo(new BtfType.Enum64(
                        "big",
                        8,
                        false,
                        List.of(
                                new BtfType.Enumerator("SMALL", 1),
                                new BtfType.Enumerator("HUGE", 0x1234567890abcdefL))));
    }

    @Test
    void readsFunctionsVariablesAndTags() {
        final int helper = id(BtfKind.FUNC, "helper");
        final BtfType.Func function = (BtfType.Func) kinds.type(helper);
        assertThat(function.linkage()).isEqualTo(BtfLinkage.STATIC);
        assertThat(kinds.type(function.typeId()))
                .isEqualTo(new BtfType.FuncProto(
                        id(BtfKind.INT, "int"),
                        List.of(new BtfType.Param("key", 1), new BtfType.Param("by", id(BtfKind.TYPEDEF, "__u32")))));
        final int limit = id(BtfKind.VAR, "limit");
        assertThat(kinds.type(limit)).isEqualTo(new BtfType.Var("limit", 15, BtfLinkage.GLOBAL));
        assertThat(kinds.type(15)).isEqualTo(new BtfType.Const(id(BtfKind.STRUCT, "key")));
        assertThat(kinds.type(id(BtfKind.DATASEC, ".rodata")))
                .isEqualTo(new BtfType.Datasec(".rodata", 0, List.of(new BtfType.SectionVar(limit, 0, 8))));
        assertThat(kinds.type(id(BtfKind.DECL_TAG, "whole")))
                .isEqualTo(new BtfType.DeclTag("whole", id(BtfKind.STRUCT, "everything"), -1, false));
        assertThat(kinds.type(id(BtfKind.TYPE_TAG, "user")))
                .isEqualTo(new BtfType.TypeTag("user", id(BtfKind.INT, "int"), false));
        assertThat(kinds.type(id(BtfKind.FWD, "forward_union"))).isEqualTo(new BtfType.Fwd("forward_union", true));
    }

    @Test
    void resolvesSizesThroughQualifiersAndArrays() {
        final BtfType.Struct all = (BtfType.Struct) kinds.type(id(BtfKind.STRUCT, "everything"));
        assertThat(all.members().stream().map(member -> kinds.resolveSize(member.typeId())))
                .containsExactly(8, 8, 4, 8, 8, 8, 8, 16, 8, 24, 8, 4, 0);
        assertThat(kinds.resolveSize(id(BtfKind.VAR, "limit"))).isEqualTo(8);
        assertThatThrownBy(() -> kinds.resolveSize(id(BtfKind.FWD, "forward")))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage("BTF type has no size: id=28, type=fwd forward: file=kinds.o, section=.BTF, offset=644");
    }

    @Test
    void readsTheOtherByteOrderAlike() {
        final Btf big = TestObject.read("kinds-big-endian.o").btf();
        assertThat(big.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(big.size()).isEqualTo(kinds.size());
        for (int id = 0; id < kinds.size(); id++) {
            assertThat(big.type(id)).isEqualTo(kinds.type(id));
        }
    }

    @Test
    void readsTheKernelsOwnTypes() throws IOException {
        assumeTrue(Files.isReadable(KERNEL), "no " + KERNEL + " (kernel without CONFIG_DEBUG_INFO_BTF)");
        final Btf kernel = Btf.read(KERNEL);
        for (int id = 0; id < kernel.size(); id++) {
            assertThat(kernel.type(id).name()).isEqualTo(kernel.name(id));
        }
        final BtfType.Struct md = (BtfType.Struct) kernel.type(kernel.findByName("xdp_md", BtfKind.STRUCT));
        assertThat(md.members().stream().map(BtfType.Member::name).limit(3))
                .containsExactly("data", "data_end", "data_meta");
        final Btf copy = BtfWriter.of(kernel).toBtf("copy");
        assertThat(copy.size()).isEqualTo(kernel.size());
        assertThat(copy.toBytes()).isEqualTo(kernel.toBytes());
    }

    @Test
    void writesWhatItReadByteForByte() {
        assertThat(BtfWriter.of(kinds).toBytes(ByteOrder.LITTLE_ENDIAN)).isEqualTo(kinds.toBytes());
        final byte[] big = BtfWriter.of(kinds).toBytes(ByteOrder.BIG_ENDIAN);
        assertThat(big).isEqualTo(TestObject.read("kinds-big-endian.o").section(".BTF"));
        final Btf back = Btf.parse(new ByteReader("big", ".BTF", ByteBuffer.wrap(big), ByteOrder.LITTLE_ENDIAN), null);
        for (int id = 0; id < kinds.size(); id++) {
            assertThat(back.type(id)).isEqualTo(kinds.type(id));
        }
    }

    @Test
    void continuesIdsAndStringsOfABase() {
        final BtfWriter module = BtfWriter.on(kinds);
        final int pointer = module.add(new BtfType.Ptr(id(BtfKind.STRUCT, "key")));
        final int type = module.add(new BtfType.Typedef("key_pointer", pointer));
        final Btf split = module.toBtf("module");
        assertThat(split.firstId()).isEqualTo(50);
        assertThat(split.size()).isEqualTo(52);
        assertThat(split.findByName("key_pointer", BtfKind.TYPEDEF)).isEqualTo(type);
        assertThat(split.findByName("flags", BtfKind.STRUCT)).isEqualTo(id(BtfKind.STRUCT, "flags"));
        assertThat(split.type(split.skipModifiers(type))).isEqualTo(new BtfType.Ptr(2));
        assertThat(split.name(2)).isEqualTo("key");
        assertThat(split.type(0)).isEqualTo(new BtfType.VoidType());
    }
}
