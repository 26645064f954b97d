package io.xdp4j.bpf.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xdp4j.bpf.format.ObjectFileException;
import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected values are those that core-target.c states beside its members. */
final class CoreRelocatorTest {

    private static final int MOV = Opcode.CLASS_ALU64 | Opcode.MOV | Opcode.SOURCE_K;
    private static final int LDX = Opcode.CLASS_LDX | Opcode.MODE_MEM;
    private static final int STX = Opcode.CLASS_STX | Opcode.MODE_MEM;
    private static final long POISON = InsnSlot.of(Opcode.CLASS_JMP | Opcode.CALL, 0, 0, 0, 195896080);

    private final TestObject object = TestObject.read("core-local.o");
    private final Btf local = object.btf();
    private final Btf target = TestObject.read("core-target.o").btf();
    private final BtfExt ext = BtfExt.parse(object.reader(".BTF.ext"), local);

    private CoreRelocator.Relocated relocate(final String function, final Btf... targets) {
        final String section = "core/" + function;
        return new CoreRelocator(local, List.of(targets))
                .apply(section, object.code(section), ext.relocations(section));
    }

    private long slot(final String function, final int pc) {
        final CoreRelocator.Relocated relocated = relocate(function, target);
        assertThat(relocated.poisoned()).isEmpty();
        return relocated.code()[pc];
    }

    @ParameterizedTest
    @CsvSource({
        "load_length, DW, 8", // grew from 4 bytes, without sign
        "load_ttl, H, 26", // grew from 1 byte
        "load_mark, W, 44", // one struct deeper
        "load_device, DW, 16",
        "load_hash, W, 60", // 48 + 3 * 4
        "load_second, DW, 120", // 112 + 8
        "load_wide, DW, 8", // by the name without its flavour
        "load_tail, B, 14", // 9 + 5, past the end of the struct
    })
    void movesAndResizesLoads(final String function, final String size, final int offset) {
        assertThat(slot(function, 0)).isEqualTo(InsnSlot.of(LDX | size(size), 0, 1, offset, 0));
    }

    private static int size(final String size) {
        return switch (size) {
            case "B" -> Opcode.SIZE_B;
            case "H" -> Opcode.SIZE_H;
            case "W" -> Opcode.SIZE_W;
            default -> Opcode.SIZE_DW;
        };
    }

    @Test
    void movesAndResizesStores() {
        assertThat(slot("store_proto", 1)).isEqualTo(InsnSlot.of(STX | Opcode.SIZE_H, 1, 2, 24, 0));
        assertThat(slot("store_ttl", 0)).isEqualTo(InsnSlot.of(STX | Opcode.SIZE_H, 1, 2, 26, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "offset_b, 80", // bitfield: start of the word that holds it
        "offset_point, 100",
        "size_length, 8",
        "size_b, 4",
        "size_hash, 32",
        "exists_mark, 1",
        "exists_gone, 0",
        "exists_nowhere, 0",
        "signed_queue, 1",
        "signed_delta, 0", // lost its sign
        "lshift_a, 58", // 64 - 6
        "lshift_b, 35", // 64 - (20 + 9)
        "lshift_length, 0",
        "rshift_a, 58",
        "rshift_b, 55", // 64 - 9
        "type_exists, 1",
        "type_exists_handler, 1",
        "type_exists_nowhere, 0",
        "type_size, 112",
        "type_size_renamed, 24",
        "type_size_nowhere, 0",
        "matches_pair, 1", // another order, and more
        "matches_handler, 1",
        "matches_state, 0", // target has no LOST
        "matches_unlike, 0", // another size
        "matches_longer, 0", // member missing
        "matches_nowhere, 0",
    })
    void putsValuesIntoImmediates(final String function, final int value) {
        assertThat(slot(function, 0)).isEqualTo(InsnSlot.of(MOV, 0, 0, 0, value));
    }

    @ParameterizedTest
    @CsvSource({
        "enum_exists, 1",
        "enum_exists_lost, 0",
        "enum_value, 70000",
        "enum_value_flavour, 80", // FAR___old is FAR___new
        "enum_value_wide, 0x8877665544332211",
        "id_target_nowhere, 0",
    })
    void putsValuesIntoWideImmediates(final String function, final String value) {
        final long[] code = relocate(function, target).code();
        assertThat(InsnSlot.imm64(code[0], code[1]))
                .isEqualTo(
                        value.startsWith("0x")
                                ? Long.parseUnsignedLong(value.substring(2), 16)
                                : Long.parseLong(value));
        assertThat(InsnSlot.opcode(code[0])).isEqualTo(Opcode.LD_IMM64);
        assertThat(InsnSlot.opcode(code[1])).isZero();
    }

    @Test
    void putsTypeIdsIntoWideImmediates() {
        assertThat(InsnSlot.imm(relocate("id_local", target).code()[0]))
                .isEqualTo(local.findByName("packet", BtfKind.STRUCT));
        assertThat(InsnSlot.imm(relocate("id_target", target).code()[0]))
                .isEqualTo(target.findByName("packet", BtfKind.STRUCT))
                .isNotEqualTo(local.findByName("packet", BtfKind.STRUCT));
        assertThat(InsnSlot.imm(relocate("id_local").code()[0]))
                .as("needs no target")
                .isEqualTo(local.findByName("packet", BtfKind.STRUCT));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "load_gone | field byte offset of struct packet.gone not known: the target has the type, but not that"
                        + " in it",
                "load_small | field byte offset of struct packet.small[3] not known: the target has the type, but not"
                        + " that in it",
                "load_kind | field byte offset of struct packet.kind not known: the target has the type, but not that"
                        + " in it",
                "load_nowhere | field byte offset of struct nowhere.field not known: the target has no such type",
                "load_queue | struct packet.queue has 4 bytes, in the target 8, and is neither a pointer nor an"
                        + " unsigned integer in both",
                "offset_gone | field byte offset of struct packet.gone not known: the target has the type, but not"
                        + " that in it",
                "size_gone | field byte size of struct packet.gone not known: the target has the type, but not that in"
                        + " it",
                "signed_gone | field signed of struct packet.gone not known: the target has the type, but not that in"
                        + " it",
                "lshift_gone | field lshift u64 of struct packet.gone not known: the target has the type, but not that"
                        + " in it",
                "rshift_gone | field rshift u64 of struct packet.gone not known: the target has the type, but not that"
                        + " in it",
                "enum_value_lost | enumval value of enum state.LOST not known: the target has the type, but not that"
                        + " in it",
            })
    void poisonsWhatTheTargetLacks(final String function, final String reason) {
        final CoreRelocator.Relocated relocated = relocate(function, target);
        assertThat(relocated.poisoned()).hasSize(1).containsEntry(0, reason);
        assertThat(relocated.code()[0]).isEqualTo(POISON);
    }

    @Test
    void poisonsBothSlotsOfAWideImmediate() {
        assertThat(relocate("enum_value_lost", target).code()).startsWith(POISON, POISON);
    }

    @Test
    void leavesTheCodeGivenAlone() {
        final long[] code = object.code("core/load_length");
        new CoreRelocator(local, List.of(target)).apply("core/load_length", code, ext.relocations("core/load_length"));
        assertThat(code).isEqualTo(object.code("core/load_length"));
    }

    @Test
    void changesNothingWhereTheTargetIsTheSame() {
        final BtfWriter same = BtfWriter.of(local);
        final int flavoured = local.findByName("packet___wide", BtfKind.STRUCT);
        same.set(flavoured, new BtfType.Struct("another", 0, List.of()));
        final Btf compiledAgainst = same.toBtf("same");
        final NavigableSet<String> sections = ext.sections();
        sections.remove("core/load_wide"); // another type on purpose
        sections.remove("core/size_b"); // the compiler chose to load 8 bytes of the bitfield
        for (final String section : sections) {
            final CoreRelocator.Relocated relocated = new CoreRelocator(local, List.of(compiledAgainst))
                    .apply(section, object.code(section), ext.relocations(section));
            assertThat(relocated.code()).as(section).isEqualTo(object.code(section));
            assertThat(relocated.poisoned()).as(section).isEmpty();
        }
    }

    @Test
    void countsBitsFromTheOtherEndInBigEndian() {
        final TestObject big = TestObject.read("core-local-big-endian.o");
        final Btf bigLocal = big.btf();
        final BtfExt bigExt = BtfExt.parse(big.reader(".BTF.ext"), bigLocal);
        final CoreRelocator relocator = new CoreRelocator(
                bigLocal, List.of(TestObject.read("core-target-big-endian.o").btf()));
        final long[] mov = {InsnSlot.of(MOV, 0, 0, 0, 0)};
        assertThat(relocator
                        .apply("b", mov, bigExt.relocations("core/lshift_b"))
                        .code())
                .as("32 unused bits of the register, 20 bits before the field")
                .containsExactly(InsnSlot.of(MOV, 0, 0, 0, 52));
        mov[0] = InsnSlot.of(MOV, 0, 0, 0, 55);
        assertThat(relocator
                        .apply("b", mov, bigExt.relocations("core/rshift_b"))
                        .code())
                .containsExactly(InsnSlot.of(MOV, 0, 0, 0, 55));
    }

    @Test
    void refusesToChooseBetweenTwoLayouts() {
        final BtfWriter two = BtfWriter.of(target);
        final int u32 = target.findByName("unsigned int", BtfKind.INT);
        final int second =
                two.add(new BtfType.Struct("packet___other", 8, List.of(new BtfType.Member("length", u32, 32, 0))));
        final int first = target.findByName("packet", BtfKind.STRUCT);
        assertThatThrownBy(() -> relocate("load_length", two.toBtf("two")))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage(
                        "CO-RE relocation failed: pc=0, field byte offset of struct packet, access=0:0: ambiguous in"
                                + " the target: struct packet.length of type " + first
                                + " is at bit 64, struct packet___other.length"
                                + " of type " + second
                                + " at bit 32: file=core-local.o, section=core/load_length, offset=0");
        assertThat(relocate("load_mark", two.toBtf("two")).poisoned())
                .as("only one has the field")
                .isEmpty();
    }

    @Test
    void keepsToTheCandidatesThatHadEarlierFields() {
        final BtfWriter two = BtfWriter.of(target);
        final int u32 = target.findByName("unsigned int", BtfKind.INT);
        two.add(new BtfType.Struct("packet___other", 8, List.of(new BtfType.Member("length", u32, 32, 0))));
        final CoreRelocator relocator = new CoreRelocator(local, List.of(two.toBtf("two")));
        relocator.apply("a", object.code("core/load_mark"), ext.relocations("core/load_mark"));
        assertThat(relocator.apply("b", object.code("core/load_length"), ext.relocations("core/load_length"))
                        .code()[0])
                .isEqualTo(InsnSlot.of(LDX | Opcode.SIZE_DW, 0, 1, 8, 0));
    }

    @Test
    void looksIntoModulesForWhatTheKernelLacks() {
        final BtfWriter module = BtfWriter.on(target);
        final int u32 = target.findByName("unsigned int", BtfKind.INT);
        module.add(new BtfType.Struct("nowhere", 16, List.of(new BtfType.Member("field", u32, 96, 0))));
        module.add(new BtfType.Struct("packet", 16, List.of(new BtfType.Member("length", u32, 96, 0))));
        final Btf split = module.toBtf("module");
        assertThat(relocate("load_nowhere", target, split).code()[0])
                .isEqualTo(InsnSlot.of(LDX | Opcode.SIZE_W, 0, 1, 12, 0));
        assertThat(relocate("load_length", target, split).code()[0])
                .isEqualTo(InsnSlot.of(LDX | Opcode.SIZE_DW, 0, 1, 8, 0));
    }

    @Test
    void refusesAnInstructionThatHoldsSomethingElse() {
        final int packet = local.findByName("packet", BtfKind.STRUCT);
        final CoreRelocation length = new CoreRelocation(0, packet, "0:0", CoreRelocation.Kind.FIELD_BYTE_OFFSET);
        assertFails(length, InsnSlot.of(LDX | Opcode.SIZE_W, 0, 1, 4, 0), "instruction holds 4, expected 0");
        assertFails(length, InsnSlot.of(MOV, 0, 0, 0, 9), "instruction holds 9, expected 0");
        assertFails(
                length,
                InsnSlot.of(LDX | Opcode.SIZE_H, 0, 1, 0, 0),
                "instruction moves 2 bytes, field has 4 in the object");
        assertFails(
                length,
                InsnSlot.of(Opcode.CLASS_ALU64 | Opcode.MOV | Opcode.SOURCE_X, 0, 1, 0, 0),
                "instruction cannot be relocated: opcode=0xbf");
        assertFails(
                length,
                InsnSlot.of(Opcode.CLASS_JMP | Opcode.EXIT, 0, 0, 0, 0),
                "instruction cannot be relocated: opcode=0x95");
    }

    @ParameterizedTest
    @CsvSource({
        "'', bad access string",
        "0:x, bad access string",
        "0:-1, negative index in access string",
        "0:99, access string leads outside of struct packet at index 99",
        "0:0:0, access string leads outside of int unsigned int at index 0",
        "0:6:4, access string leads outside of array at index 4",
        "99999999999, bad access string",
        "2147483647, field too deep or too far (at most 64 steps)",
    })
    void refusesBadAccessStrings(final String access, final String reason) {
        assertFails(
                new CoreRelocation(
                        0, local.findByName("packet", BtfKind.STRUCT), access, CoreRelocation.Kind.FIELD_BYTE_OFFSET),
                InsnSlot.of(MOV, 0, 0, 0, 0),
                reason);
    }

    private void assertFails(final CoreRelocation relocation, final long slot, final String reason) {
        assertThatThrownBy(() ->
                        new CoreRelocator(local, List.of(target)).apply("xdp", new long[] {slot}, List.of(relocation)))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage("CO-RE relocation failed: pc=0, field byte offset of struct packet, access="
                        + relocation.access() + ": " + reason + ": file=core-local.o, section=xdp, offset=0");
    }

    @Test
    void appliesToTheRunningKernel() throws IOException {
        final Path file = Path.of("/sys/kernel/btf/vmlinux");
        assumeTrue(Files.isReadable(file), "no " + file + " (kernel without CONFIG_DEBUG_INFO_BTF)");
        final Btf kernel = Btf.read(file);
        final BtfWriter program = BtfWriter.empty();
        final int u64 = program.add(new BtfType.Int("unsigned long long", 8, 0, 0, 64));
        final int buff = program.add(new BtfType.Struct(
                "xdp_buff",
                16,
                List.of(new BtfType.Member("frame_sz", u64, 0, 0), new BtfType.Member("data_end", u64, 64, 0))));
        final CoreRelocation exists = new CoreRelocation(0, buff, "0:0", CoreRelocation.Kind.FIELD_EXISTS);
        final CoreRelocation size = new CoreRelocation(1, buff, "0", CoreRelocation.Kind.TYPE_SIZE);
        final CoreRelocator.Relocated relocated = new CoreRelocator(program.toBtf("program"), List.of(kernel))
                .apply(
                        "xdp",
                        new long[] {InsnSlot.of(MOV, 0, 0, 0, 1), InsnSlot.of(MOV, 0, 0, 0, 16)},
                        List.of(exists, size));
        final int kernelType = kernel.findByName("xdp_buff", BtfKind.STRUCT);
        assertThat(relocated.code())
                .containsExactly(
                        InsnSlot.of(MOV, 0, 0, 0, 1), InsnSlot.of(MOV, 0, 0, 0, kernel.resolveSize(kernelType)));
    }
}
