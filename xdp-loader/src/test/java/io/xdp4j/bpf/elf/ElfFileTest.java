package io.xdp4j.bpf.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.format.ObjectFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ElfFileTest {

    private static final int HEADER_TABLE = 40;
    private static final int HEADER_COUNT = 60;

    private static byte[] bytes(final String name) {
        try (InputStream in = ElfFileTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ElfFile functions() {
        return ElfFile.parse("f.o", ByteBuffer.wrap(bytes("/objects/functions.o")));
    }

    private static ElfSection section(final ElfFile elf, final String name) {
        return Objects.requireNonNull(elf.section(name), name);
    }

    /** The message that functions.o gets with these bytes in it. */
    private static String refusal(final int offset, final int... values) {
        final byte[] bytes = bytes("/objects/functions.o");
        for (int index = 0; index < values.length; index++) {
            bytes[offset + index] = (byte) values[index];
        }
        return refusal(bytes);
    }

    private static String refusal(final byte[] bytes) {
        try {
            ElfFile.parse("f.o", ByteBuffer.wrap(bytes)).requireBpfObject();
        } catch (final ObjectFileException e) {
            return Objects.requireNonNull(e.getMessage());
        }
        return "accepted";
    }

    /** Offset of a field in a section's header. */
    private static int header(final byte[] bytes, final int section, final int field) {
        return (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(HEADER_TABLE) + 64 * section + field;
    }

    @Test
    void readsSections() {
        final ElfFile elf = functions();
        assertThat(elf.machine()).isEqualTo(ElfFile.MACHINE_BPF);
        assertThat(elf.type()).isEqualTo(ElfFile.TYPE_RELOCATABLE);
        assertThat(elf.requireBpfObject()).isSameAs(elf);
        assertThat(elf.sections())
                .extracting(ElfSection::name)
                .startsWith("", ".strtab", ".text", ".rel.text", "xdp", ".relxdp", "?xdp.frags/second");
        final ElfSection text = section(elf, ".text");
        assertThat(text.index()).isEqualTo(2);
        assertThat(text.isCode()).isTrue();
        assertThat(text.size()).isEqualTo(264);
        assertThat(text.content().length()).isEqualTo(264);
        assertThat(section(elf, ".bss").type()).isEqualTo(ElfSection.NOBITS);
        assertThat(section(elf, ".bss").size()).isEqualTo(4);
        assertThat(section(elf, ".bss").content().length()).isZero();
        assertThat(elf.section("none")).isNull();
    }

    @Test
    void readsSymbols() {
        final ElfFile elf = functions();
        assertThat(elf.symbol(3))
                .isEqualTo(new ElfSymbol(3, "middle", 24, 24, ElfSymbol.FUNCTION, ElfSymbol.LOCAL, 0, 2));
        assertThat(elf.symbol(21))
                .isEqualTo(new ElfSymbol(21, "weak", 48, 24, ElfSymbol.FUNCTION, ElfSymbol.WEAK, 0, 2));
        assertThat(elf.symbol(23).visibility()).isEqualTo(ElfSymbol.HIDDEN);
        assertThatThrownBy(() -> elf.symbol(4000))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage("symbol out of range: symbol=4000, symbols=" + elf.symbolCount() + ": file=f.o");
    }

    @Test
    void readsRelocations() {
        final ElfFile elf = functions();
        final ElfSection relocations = section(elf, ".rel.text");
        assertThat(elf.target(relocations)).isSameAs(section(elf, ".text"));
        assertThat(elf.relocations(relocations)).extracting(Relocation::type).containsOnly(1, 10);
        final Relocation load = elf.relocations(relocations).stream()
                .filter(relocation -> relocation.type() == Relocation.R_BPF_64_64)
                .findFirst()
                .orElseThrow();
        assertThat(elf.symbol(load.symbol()).name()).isEqualTo("sink");
        assertThatThrownBy(() -> elf.relocations(section(elf, ".text")))
                .hasMessage("relocations with addends are not for BPF: file=f.o, section=.text");
    }

    @Test
    void readsTypesOfBigEndianFiles() {
        final ElfFile elf = ElfFile.parse("f.o", ByteBuffer.wrap(bytes("/btf/core-target-big-endian.o")));
        assertThat(elf.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(section(elf, ".BTF").content().u16(0, "magic")).isEqualTo(0xeb9f);
        assertThatThrownBy(elf::requireBpfObject)
                .hasMessage("big-endian BPF object (compile with -target bpfel): file=f.o, offset=5");
    }

    @Test
    void readsFilesOfOtherMachines(@TempDir final Path folder) throws IOException {
        final byte[] bytes = bytes("/objects/functions.o");
        bytes[16] = 3;
        bytes[18] = 62;
        final Path file = Files.write(folder.resolve("library.so"), bytes);
        final ElfFile elf = ElfFile.map(file);
        assertThat(section(elf, ".BTF").content().length()).isPositive();
        assertThatThrownBy(elf::requireBpfObject)
                .hasMessage("not a BPF object: machine=62 (247 is BPF; compile with -target bpf): file=" + file
                        + ", offset=18");
    }

    @Test
    void refusesWhatIsNoElfFile() {
        assertThat(refusal(new byte[0])).isEqualTo("file is empty (expected an ELF file): file=f.o");
        assertThat(refusal(new byte[] {0x7f})).isEqualTo("not an ELF file: file=f.o, offset=0");
        assertThat(refusal("#!/bin/sh\n".repeat(20).getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isEqualTo("not an ELF file: file=f.o, offset=0");
        assertThat(refusal(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}))
                .isEqualTo("ELF header runs past the end: needs 64 bytes, has 7: file=f.o, offset=0");
    }

    @Test
    void refusesWhatIsNoBpfObject() {
        assertThat(refusal(4, 1)).isEqualTo("32-bit ELF file (only 64-bit ones are read): file=f.o, offset=4");
        assertThat(refusal(4, 9)).isEqualTo("unknown ELF class: class=9 (2 is 64-bit): file=f.o, offset=4");
        assertThat(refusal(5, 0))
                .isEqualTo("unknown ELF byte order: data=0 (1 is little-endian, 2 is big-endian): file=f.o, offset=5");
        assertThat(refusal(16, 2))
                .isEqualTo("not an object file: type=2 (executable) (1 is relocatable; compile with -c): file=f.o,"
                        + " offset=16");
        assertThat(refusal(16, 4, 1))
                .isEqualTo("not an object file: type=260 (1 is relocatable; compile with -c): file=f.o, offset=16");
        assertThat(refusal(18, 0)).isEqualTo("accepted");
    }

    @Test
    void refusesBadSectionTables() {
        assertThat(refusal(HEADER_COUNT, 0, 0)).isEqualTo("no sections: file=f.o, offset=60");
        assertThat(refusal(HEADER_COUNT, 255, 255)).startsWith("section table runs past the end: needs 4194240 bytes");
        assertThat(refusal(HEADER_TABLE, 0, 0, 0, 0, 0, 0, 0, 64))
                .startsWith("section table runs past the end: ")
                .endsWith(": file=f.o, offset=4611686018427387904");
        assertThat(refusal(58, 40))
                .isEqualTo("section header length out of range: length=40 bytes (64): file=f.o, offset=58");
        assertThat(refusal(62, 200))
                .startsWith("section with the names of sections out of range: index=200, sections=");
    }

    @Test
    void refusesBadSections() {
        final byte[] bytes = bytes("/objects/functions.o");
        assertThat(refusal(header(bytes, 2, 24), 0, 0, 0, 127))
                .startsWith("section .text runs past the end: needs 264 bytes, has 0: file=f.o, offset=2130706432");
        assertThat(refusal(header(bytes, 2, 39), 128)).startsWith("section size out of range: section=.text, size=-92");
        assertThat(refusal(header(bytes, 2, 0), 255, 255, 255))
                .startsWith(
                        "section name runs past the end: needs 1 bytes, has 0: file=f.o, section=names of sections");
    }

    @Test
    void saysHowManySectionsAreTooMany() {
        final byte[] bytes = bytes("/objects/functions.o");
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(header(bytes, 0, 32), 70_000);
        bytes[HEADER_COUNT] = 0;
        assertThat(refusal(bytes)).isEqualTo("too many sections: sections=70000 (at most 65279): file=f.o, offset=60");
    }

    /** A table of one long name, and a symbol or section for each of its ends, which are names too. */
    private static ByteBuffer manyEnds(final int length, final int sections, final int symbols) {
        final int table = 64 + length + 24 * symbols;
        final ByteBuffer elf = ByteBuffer.allocate(table + 64 * (3 + sections)).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0, 0x464c457f).putShort(4, (short) 0x0102);
        elf.putLong(HEADER_TABLE, table);
        elf.putShort(58, (short) 64)
                .putShort(HEADER_COUNT, (short) (3 + sections))
                .putShort(62, (short) 1);
        for (int at = 0; at < length - 1; at++) {
            elf.put(64 + at, (byte) 'a');
        }
        for (int index = 0; index < symbols; index++) {
            elf.putInt(64 + length + 24 * index, index);
        }
        elf.putInt(table + 64 + 4, ElfSection.STRTAB);
        elf.putLong(table + 64 + 24, 64).putLong(table + 64 + 32, length);
        elf.putInt(table + 128 + 4, ElfSection.SYMTAB).putInt(table + 128 + 40, 1);
        elf.putLong(table + 128 + 24, 64 + length).putLong(table + 128 + 32, 24L * symbols);
        for (int index = 0; index < sections; index++) {
            elf.putInt(table + 64 * (3 + index), index).putInt(table + 64 * (3 + index) + 4, ElfSection.NOBITS);
        }
        return elf;
    }

    @Test
    void makesEachNameOnce() {
        final ElfFile elf = functions();
        assertThat(elf.symbol(3).name()).isSameAs(elf.symbol(3).name());
    }

    @Test
    void limitsTheTextThatSharedEndsMake() {
        final ElfFile elf = ElfFile.parse("f.o", manyEnds(1000, 0, 1000));
        assertThat(elf.symbol(0).name()).hasSize(999);
        assertThatThrownBy(() -> {
                    for (int index = 0; index < elf.symbolCount(); index++) {
                        elf.symbol(index);
                    }
                })
                .isInstanceOf(ObjectFileException.class)
                .hasMessage(
                        "symbol names overlap too much: text=4990 bytes, strings=1000 bytes (at most 4 times as much"
                                + " text): file=f.o, section=" + "a".repeat(999) + ", offset=4");
        assertThatThrownBy(() -> ElfFile.parse("f.o", manyEnds(1000, 10, 0)))
                .isInstanceOf(ObjectFileException.class)
                .hasMessage(
                        "section names overlap too much: text=4990 bytes, strings=1000 bytes (at most 4 times as much"
                                + " text): file=f.o, section=names of sections, offset=4");
    }

    @Test
    void refusesNamesThatWouldSteerATerminal() {
        final ElfFile elf = functions();
        final byte[] bytes = bytes("/objects/functions.o");
        final int names =
                (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(header(bytes, 1, 24));
        final String strings = new String(
                section(elf, ".strtab").content().bytes(0, 100, "names"), java.nio.charset.StandardCharsets.ISO_8859_1);
        final int at = strings.indexOf(".text");
        assertThat(refusal(names + at, 0x1b))
                .isEqualTo("section name holds a control character: character=27: file=f.o, section=names of sections,"
                        + " offset=" + at);
    }

    @Test
    void keepsMessagesOnOneLine() {
        assertThat(new ObjectFileException("a\nb", "c\u001b[31m", "d\u009b", 7))
                .hasMessage("a\\x0ab: file=c\\x1b[31m, section=d\\x9b, offset=7");
    }
}
