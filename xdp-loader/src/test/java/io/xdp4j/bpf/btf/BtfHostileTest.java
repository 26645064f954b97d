package io.xdp4j.bpf.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong is named, with section and offset. */
final class BtfHostileTest {

    private static final String STRINGS = "\0a\0";

    /** Header, the words as types, and strings. */
    private static ByteBuffer btf(final String strings, final int... words) {
        final byte[] text = strings.getBytes(StandardCharsets.UTF_8);
        final ByteBuffer bytes = ByteBuffer.allocate(24 + 4 * words.length + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 0xeb9f)
                .put((byte) 1)
                .put((byte) 0)
                .putInt(24)
                .putInt(0)
                .putInt(4 * words.length)
                .putInt(4 * words.length)
                .putInt(text.length);
        for (final int word : words) {
            bytes.putInt(word);
        }
        return bytes.put(text).rewind();
    }

    private static int info(final BtfKind kind, final int count) {
        return kind.ordinal() << 24 | count;
    }

    private static Btf parse(final ByteBuffer bytes) {
        return Btf.parse(new ByteReader("bad.o", ".BTF", bytes, ByteOrder.LITTLE_ENDIAN), null);
    }

    private static void assertFails(final ByteBuffer bytes, final String message) {
        assertThatThrownBy(() -> parse(bytes))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage(message.replace("@", ": file=bad.o, section=.BTF, offset="));
    }

    @Test
    void rejectsBadHeaders() {
        assertFails(ByteBuffer.allocate(1), "BTF header runs past the end: needs 2 bytes, has 1@0");
        assertFails(ByteBuffer.allocate(24), "not BTF: magic=0x0000 (expected 0xeb9f)@0");
        assertFails(
                ByteBuffer.wrap(new byte[] {0x7f, 'E', 'L', 'F'}),
                "not BTF: magic=0x457f (expected 0xeb9f; this is an ELF file)@0");
        assertFails(btf(STRINGS).put(2, (byte) 2), "BTF version not supported: version=2 (supported: 1)@2");
        assertFails(btf(STRINGS).put(3, (byte) 2), "BTF flags not supported: flags=0x02@3");
        assertFails(
                btf(STRINGS).putInt(4, 20),
                "BTF header length out of range: length=20 bytes (at least 24, at most 27)@4");
        assertFails(
                btf(STRINGS).putInt(4, -1),
                "BTF header length out of range: length=4294967295 bytes (at least 24, at most 27)@4");
        assertFails(btf(STRINGS).putInt(12, -1), "BTF types runs past the end: needs 4294967295 bytes, has 3@24");
        assertFails(btf(STRINGS).putInt(20, 4), "BTF strings runs past the end: needs 4 bytes, has 3@24");
        assertFails(btf(STRINGS).putInt(16, -1), "BTF strings runs past the end: needs 3 bytes, has 0@4294967319");
        assertFails(
                btf(STRINGS, 0).putInt(16, 0),
                "BTF types and strings overlap: typeOffset=0, typeLength=4 bytes, stringOffset=0, stringLength=3"
                        + " bytes@8");
    }

    @Test
    void rejectsBadStrings() {
        assertFails(btf(""), "BTF strings are empty (the first has to be the empty string)@24");
        assertFails(btf("\0a"), "BTF strings do not end with NUL@25");
        assertFails(btf("a\0"), "BTF strings do not begin with the empty string@24");
    }

    @Test
    void rejectsBadTypes() {
        assertFails(btf(STRINGS, 0), "BTF type runs past the end: id=1, 4 bytes left@24");
        assertFails(btf(STRINGS, 0, 0, 0), "unknown BTF kind: id=1, kind=0 (known: 1 to 19)@28");
        assertFails(btf(STRINGS, 0, 20 << 24, 0), "unknown BTF kind: id=1, kind=20 (known: 1 to 19)@28");
        assertFails(btf(STRINGS, 0, 0x0201_0000, 0), "BTF type has unknown bits: id=1, info=0x02010000@28");
        assertFails(
                btf(STRINGS, 0, info(BtfKind.STRUCT, 0xffff), 0),
                "BTF type runs past the end: id=1, kind=STRUCT, needs 786432 bytes, has 12@24");
        assertFails(
                btf(STRINGS, 0, info(BtfKind.PTR, 0), 2),
                "bad BTF type PTR: id=1, type id out of range: typeId=2, types=2@32");
        assertFails(
                btf(STRINGS, 0, info(BtfKind.PTR, 0), -1),
                "bad BTF type PTR: id=1, type id out of range: typeId=4294967295, types=2@32");
        assertFails(btf(STRINGS, 0, info(BtfKind.PTR, 1), 0), "bad BTF type PTR: id=1, unexpected count: vlen=1@28");
        assertFails(
                btf(STRINGS, 3, info(BtfKind.STRUCT, 0), 0),
                "bad BTF type STRUCT: id=1, name out of range: name=3, strings=3 bytes@24");
        assertFails(
                btf(STRINGS, 0, info(BtfKind.STRUCT, 0), -1),
                "bad BTF type STRUCT: id=1, size too large: size=4294967295 bytes@32");
        assertFails(
                btf(STRINGS, 0, info(BtfKind.STRUCT, 1), 4, 1, 0, 33),
                "bad BTF type STRUCT: id=1, member outside: bitOffset=33, bitfieldSize=0, size=4 bytes@44");
        assertFails(
                btf(STRINGS, 0, info(BtfKind.STRUCT, 1) | 1 << 31, 4, 1, 0, 3 << 24 | 30),
                "bad BTF type STRUCT: id=1, member outside: bitOffset=30, bitfieldSize=3, size=4 bytes@44");
        assertFails(
                btf(STRINGS, 1, info(BtfKind.INT, 0), 4, 33),
                "bad BTF type INT: id=1, bits out of range: bits=33, bitOffset=0, size=4 bytes@36");
        assertFails(
                btf(STRINGS, 1, info(BtfKind.VAR, 0), 0, 3), "bad BTF type VAR: id=1, unknown linkage: linkage=3@36");
        assertFails(
                btf(STRINGS, 1, info(BtfKind.FUNC, 3), 0), "bad BTF type FUNC: id=1, unknown linkage: linkage=3@28");
        assertFails(
                btf(STRINGS, 1, info(BtfKind.DATASEC, 1), 0, 0, -1, 4),
                "bad BTF type DATASEC: id=1, variable outside: offset=4294967295, size=4 bytes@40");
        assertFails(
                btf(STRINGS, 1, info(BtfKind.DECL_TAG, 0), 0, -2),
                "bad BTF type DECL_TAG: id=1, component out of range: component=-2@36");
    }

    @Test
    void rejectsTypesThatContainThemselves() {
        assertFails(
                btf(STRINGS, 1, info(BtfKind.TYPEDEF, 0), 2, 0, info(BtfKind.CONST, 0), 1),
                "BTF type contains itself: id=1, kind=TYPEDEF@24");
        assertFails(
                btf(STRINGS, 0, info(BtfKind.ARRAY, 0), 0, 1, 1, 2), "BTF type contains itself: id=1, kind=ARRAY@24");
        assertThat(parse(btf(STRINGS, 0, info(BtfKind.PTR, 0), 1)).size())
                .as("a pointer may")
                .isEqualTo(2);
    }

    @Test
    void rejectsNamesThatATerminalWouldObey() {
        assertFails(
                btf("\0a\u001b[31m\0", 1, info(BtfKind.STRUCT, 0), 0),
                "bad BTF type STRUCT: id=1, name has control characters: name=1@24");
    }

    @Test
    void rejectsNamesThatAreFarLongerThanTheSection() {
        assertFails(
                btf("\0" + "a".repeat(4097) + "\0", 1, info(BtfKind.STRUCT, 0), 0),
                "bad BTF type STRUCT: id=1, name too long: name=4097 bytes (at most 4096)@24");
        final int[] words = new int[3 * 200];
        for (int at = 0; at < words.length; at += 3) {
            words[at] = 1;
            words[at + 1] = info(BtfKind.STRUCT, 0);
        }
        assertFails(
                btf("\0" + "a".repeat(4096) + "\0", words),
                "bad BTF type STRUCT: id=102, names too long: names=417792 bytes so far, section=6522 bytes@1236");
    }

    @Test
    void rejectsSizesThatNoMemoryHas() {
        final BtfWriter writer = BtfWriter.empty();
        writer.add(new BtfType.Int("int", 4, 0, 0, 32));
        writer.add(new BtfType.Array(1, 1, -1));
        writer.add(new BtfType.Array(2, 1, -1));
        final Btf btf = writer.toBtf("bad.o");
        assertThatThrownBy(() -> btf.resolveSize(3))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage("BTF type too large: id=3, size=2147483648 bytes: file=bad.o, section=.BTF, offset=64");
    }

    @Test
    void readsLongChainsOfTypes() {
        final BtfWriter writer = BtfWriter.empty();
        for (int id = 1; id < 200_000; id++) {
            writer.add(new BtfType.Const(id + 1));
        }
        writer.add(new BtfType.Int("int", 4, 0, 0, 32));
        final Btf btf = writer.toBtf("long");
        assertThat(btf.resolveSize(1)).isEqualTo(4);
        assertThat(btf.skipModifiers(1)).isEqualTo(200_000);
        assertThat(BtfFormatter.typeName(btf, 1)).endsWith("...");
    }

    @Test
    void givesUpOnTypesThatTakeForEverToCompare() {
        final BtfWriter writer = BtfWriter.empty();
        final BtfType.Member again = new BtfType.Member("", 1, 0, 0);
        writer.add(new BtfType.Struct("s", 4, List.of(again, again, new BtfType.Member("x", 2, 0, 0))));
        writer.add(new BtfType.Int("int", 4, 0, 0, 32));
        final Btf target = writer.toBtf("target");
        writer.set(1, new BtfType.Struct("s", 4, List.of(new BtfType.Member("y", 2, 0, 0))));
        final CoreRelocation relocation = new CoreRelocation(0, 1, "0:0", CoreRelocation.Kind.FIELD_EXISTS);
        assertThatThrownBy(() -> new CoreRelocator(writer.toBtf("local"), List.of(target))
                        .apply("xdp", new long[1], List.of(relocation)))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage("CO-RE relocation failed: pc=0, field exists of struct s, access=0:0: field too deep or too"
                        + " far (at most 64 steps): file=local, section=xdp, offset=0");
        final BtfType.Member same = new BtfType.Member("m", 1, 0, 0);
        writer.set(1, new BtfType.Struct("s", 4, List.of(same, same)));
        final Btf twice = writer.toBtf("twice");
        final CoreRelocation matches = new CoreRelocation(0, 1, "0", CoreRelocation.Kind.TYPE_MATCHES);
        assertThatThrownBy(() -> new CoreRelocator(twice, List.of(twice)).apply("xdp", new long[1], List.of(matches)))
                .isInstanceOf(ObjectFileException.class)
                .hasMessageContaining("types nest too deeply (at most 32 levels)");
    }

    @Test
    void givesUpOnTypesThatBranchTooOften() {
        final BtfWriter writer = BtfWriter.empty();
        final int number = 50;
        for (int id = 1; id < number; id++) {
            final BtfType.Member inside = new BtfType.Member("", id + 1, 0, 0);
            writer.add(new BtfType.Struct(id == 1 ? "s" : "", 4, List.of(inside, inside)));
        }
        writer.add(new BtfType.Int("int", 4, 0, 0, 32));
        final Btf target = writer.toBtf("target");
        writer.set(1, new BtfType.Struct("s", 4, List.of(new BtfType.Member("y", number, 0, 0))));
        final CoreRelocation relocation = new CoreRelocation(0, 1, "0:0", CoreRelocation.Kind.FIELD_EXISTS);
        assertThatThrownBy(() -> new CoreRelocator(writer.toBtf("local"), List.of(target))
                        .apply("xdp", new long[1], List.of(relocation)))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage(
                        "CO-RE relocation failed: pc=0, field exists of struct s, access=0:0: comparing types takes too"
                                + " long (at most 20000000 steps in one object): file=local, section=xdp, offset=0");
    }

    @Test
    void readsNoMoreThanAFileMayHave(@TempDir final Path folder) throws IOException {
        final Path file = Files.write(folder.resolve("empty"), new byte[0]);
        assertThatThrownBy(() -> Btf.read(file))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage("BTF header runs past the end: needs 2 bytes, has 0: file=" + file + ", offset=0");
    }
}
