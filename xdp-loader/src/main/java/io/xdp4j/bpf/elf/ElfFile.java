package io.xdp4j.bpf.elf;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A 64-bit ELF file of any machine and byte order: sections, symbols, relocations. Reading checks the header and the
 * section table; symbols and relocations are checked as they are asked for. Memory is proportional to the number of
 * sections, and to the names of the symbols that were asked for. Of one thread at a time.
 *
 * <p>Every fault is an {@link ObjectFileException} that names section and offset. Source: System V ABI, chapters 4 and 5;
 * {@code include/uapi/linux/elf.h}, Linux 6.18.
 */
public final class ElfFile {

    /** The first four bytes of every ELF file, the first one uppermost. */
    public static final int MAGIC = 0x7f454c46;

    /** {@code EM_BPF}. */
    public static final int MACHINE_BPF = 247;

    /** {@code ET_REL}: an object file. */
    public static final int TYPE_RELOCATABLE = 1;

    /** {@code EM_NONE}: what compilers wrote before BPF had a number. */
    private static final int MACHINE_NONE = 0;

    private static final int HEADER_LENGTH = 64;
    private static final int SECTION_HEADER_LENGTH = 64;
    private static final int SYMBOL_LENGTH = 24;
    private static final int REL_LENGTH = 16;

    private static final String[] TYPES = {"none", "relocatable", "executable", "shared object", "core dump"};

    private final ByteReader file;
    private final int type;
    private final int machine;
    private final List<ElfSection> sections;
    private final Map<String, ElfSection> byName = new HashMap<>();
    private final @Nullable ElfSection symbols;
    private final @Nullable ElfNames symbolNames;

    private ElfFile(final ByteReader file) {
        this.file = file;
        this.type = file.u16(16, "ELF header");
        this.machine = file.u16(18, "ELF header");
        this.sections = readSections();
        ElfSection found = null;
        for (final ElfSection section : sections) {
            byName.putIfAbsent(section.name(), section);
            if (section.type() == ElfSection.SYMTAB && found == null) {
                found = section;
            }
        }
        this.symbols = found;
        this.symbolNames = found == null ? null : new ElfNames(strings(found).content(), "symbol name");
    }

    /**
     * Reads a file's header and sections. The file keeps views of {@code bytes}, which must not change.
     *
     * @param name the file's name as the user gave it, for messages
     */
    public static ElfFile parse(final String name, final ByteBuffer bytes) {
        return new ElfFile(identified(new ByteReader(name, null, bytes, ByteOrder.LITTLE_ENDIAN), bytes));
    }

    /**
     * Maps a file into memory and reads its header and sections: for large files such as a kernel's {@code vmlinux}. The
     * mapping lasts until the garbage collector finds it unused; the file must not shrink meanwhile.
     *
     * @throws ObjectFileException if it is no 64-bit ELF file, or over 2 GB
     */
    public static ElfFile map(final Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            final long length = channel.size();
            if (length > Integer.MAX_VALUE) {
                throw new ObjectFileException(
                        "file too long: length=" + length + " bytes (at most " + Integer.MAX_VALUE + ")",
                        path.toString(),
                        null,
                        -1);
            }
            return parse(path.toString(), channel.map(FileChannel.MapMode.READ_ONLY, 0, length));
        }
    }

    private static ByteReader identified(final ByteReader file, final ByteBuffer bytes) {
        if (file.length() == 0) {
            throw file.error("file is empty (expected an ELF file)", -1);
        }
        if (file.length() < 4 || Integer.reverseBytes(file.s32(0, "ELF magic")) != MAGIC) {
            throw file.error("not an ELF file", 0);
        }
        final int wordSize = file.u8(4, "ELF header");
        if (wordSize != 2) {
            throw file.error(
                    wordSize == 1
                            ? "32-bit ELF file (only 64-bit ones are read)"
                            : "unknown ELF class: class=" + wordSize + " (2 is 64-bit)",
                    4);
        }
        final int order = file.u8(5, "ELF header");
        if (order != 1 && order != 2) {
            throw file.error("unknown ELF byte order: data=" + order + " (1 is little-endian, 2 is big-endian)", 5);
        }
        file.require(0, HEADER_LENGTH, "ELF header");
        return order == 1 ? file : new ByteReader(file.file(), null, bytes, ByteOrder.BIG_ENDIAN);
    }

    /**
     * Checks that this is an object file for little-endian BPF.
     *
     * @return this
     */
    public ElfFile requireBpfObject() {
        if (machine != MACHINE_BPF && machine != MACHINE_NONE) {
            throw file.error(
                    "not a BPF object: machine=" + machine + " (" + MACHINE_BPF + " is BPF; compile with -target bpf)",
                    18);
        }
        if (file.order() == ByteOrder.BIG_ENDIAN) {
            throw file.error("big-endian BPF object (compile with -target bpfel)", 5);
        }
        if (type != TYPE_RELOCATABLE) {
            throw file.error(
                    "not an object file: type=" + type + (type < TYPES.length ? " (" + TYPES[type] + ")" : "")
                            + " (1 is relocatable; compile with -c)",
                    16);
        }
        return this;
    }

    private List<ElfSection> readSections() {
        final long table = file.s64(40, "ELF header");
        final int count = file.u16(60, "ELF header");
        if (count == 0) {
            throw noSections(table);
        }
        final int headerLength = file.u16(58, "ELF header");
        if (headerLength != SECTION_HEADER_LENGTH) {
            throw file.error(
                    "section header length out of range: length=" + headerLength + " bytes (" + SECTION_HEADER_LENGTH
                            + ")",
                    58);
        }
        file.require(table, (long) count * SECTION_HEADER_LENGTH, "section table");
        final int namesIndex = file.u16(62, "ELF header");
        if (namesIndex >= count) {
            throw file.error(
                    "section with the names of sections out of range: index=" + namesIndex + ", sections=" + count, 62);
        }
        final ElfNames names = new ElfNames(content(table, namesIndex, "names of sections"), "section name");
        final List<ElfSection> read = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            read.add(readSection(table, index, names));
        }
        return Collections.unmodifiableList(read);
    }

    /** Where there are too many sections for 16 bits, the first section's size counts them. */
    private ObjectFileException noSections(final long table) {
        final boolean elsewhere = table > 0 && table <= file.length() - SECTION_HEADER_LENGTH;
        final long count = elsewhere ? file.s64(table + 32, "section header") : 0;
        return file.error(
                count == 0
                        ? "no sections"
                        : "too many sections: sections=" + Long.toUnsignedString(count) + " (at most "
                                + (ElfSymbol.FIRST_RESERVED - 1) + ")",
                60);
    }

    private ElfSection readSection(final long table, final int index, final ElfNames names) {
        final long header = table + (long) index * SECTION_HEADER_LENGTH;
        final int sectionType = file.s32(header + 4, "section header");
        final String name = sectionType == ElfSection.NULL ? "" : names.get(file.u32(header, "section header"));
        final long size = file.s64(header + 32, "section header");
        if (size < 0) {
            throw file.error("section size out of range: section=" + name + ", size=" + size + " bytes", header + 32);
        }
        return new ElfSection(
                index,
                name,
                sectionType,
                file.s64(header + 8, "section header"),
                size,
                file.s32(header + 40, "section header"),
                file.s32(header + 44, "section header"),
                content(table, index, name));
    }

    private ByteReader content(final long table, final int index, final String name) {
        final long header = table + (long) index * SECTION_HEADER_LENGTH;
        final int sectionType = file.s32(header + 4, "section header");
        final boolean stored = sectionType != ElfSection.NOBITS && sectionType != ElfSection.NULL;
        return file.slice(
                stored ? file.s64(header + 24, "section header") : 0,
                stored ? file.s64(header + 32, "section header") : 0,
                name,
                "section " + name);
    }

    private ElfSection strings(final ElfSection table) {
        if (table.link() <= 0 || table.link() >= sections.size()) {
            throw table.content()
                    .error("symbol names out of range: section=" + table.link() + ", sections=" + sections.size(), -1);
        }
        return sections.get(table.link());
    }

    /** The file's name as the user gave it. */
    public String file() {
        return file.file();
    }

    /** Length of the file in bytes. */
    public int length() {
        return file.length();
    }

    public ByteOrder order() {
        return file.order();
    }

    /** {@code e_type}: {@link #TYPE_RELOCATABLE} and others. */
    public int type() {
        return type;
    }

    /** {@code e_machine}: {@link #MACHINE_BPF} and others. */
    public int machine() {
        return machine;
    }

    /** All sections by index; the first is empty. */
    public List<ElfSection> sections() {
        return sections;
    }

    /** The first section of that name, or null if there is none. */
    public @Nullable ElfSection section(final String name) {
        return byName.get(name);
    }

    /** Number of symbols, the empty one at index 0 included; 0 if there is no symbol table. */
    public int symbolCount() {
        return symbols == null ? 0 : symbols.content().length() / SYMBOL_LENGTH;
    }

    /**
     * The symbol at an index.
     *
     * @throws ObjectFileException if there is none, or if its name or section is out of range
     */
    public ElfSymbol symbol(final int index) {
        if (symbols == null || symbolNames == null || index < 0 || index >= symbolCount()) {
            throw file.error("symbol out of range: symbol=" + index + ", symbols=" + symbolCount(), -1);
        }
        final ByteReader table = symbols.content();
        final long at = (long) index * SYMBOL_LENGTH;
        final int kind = table.u8(at + 4, "symbol");
        final int section = table.u16(at + 6, "symbol");
        if (section >= sections.size() && section < ElfSymbol.FIRST_RESERVED) {
            throw table.error("symbol's section out of range: index=" + section + ", sections=" + sections.size(), at);
        }
        return new ElfSymbol(
                index,
                symbolNames.get(table.u32(at, "symbol")),
                table.s64(at + 8, "symbol"),
                table.s64(at + 16, "symbol"),
                kind & 0xf,
                kind >> 4,
                table.u8(at + 5, "symbol") & 3,
                section);
    }

    /**
     * The relocations of a section of type {@link ElfSection#REL}, in the order of the file.
     *
     * @throws ObjectFileException if one lies outside of the section that it applies to
     */
    public List<Relocation> relocations(final ElfSection section) {
        final ByteReader content = section.content();
        if (section.type() != ElfSection.REL) {
            throw content.error("relocations with addends are not for BPF", -1);
        }
        if (content.length() % REL_LENGTH != 0) {
            throw content.error(
                    "relocations are not a multiple of " + REL_LENGTH + " bytes: length=" + content.length() + " bytes",
                    -1);
        }
        final long end = target(section).size();
        final List<Relocation> relocations = new ArrayList<>(content.length() / REL_LENGTH);
        for (int at = 0; at < content.length(); at += REL_LENGTH) {
            final long offset = content.s64(at, "relocation");
            if (offset < 0 || offset >= end) {
                throw content.error("relocation out of range: at=" + offset + ", section size=" + end + " bytes", at);
            }
            final long word = content.s64(at + 8, "relocation");
            relocations.add(new Relocation(offset, (int) (word >>> 32), (int) word));
        }
        return relocations;
    }

    /** The section that a relocation section applies to. */
    public ElfSection target(final ElfSection relocations) {
        if (relocations.info() <= 0 || relocations.info() >= sections.size()) {
            throw relocations
                    .content()
                    .error(
                            "relocated section out of range: index=" + relocations.info() + ", sections="
                                    + sections.size(),
                            -1);
        }
        return sections.get(relocations.info());
    }

    /** The exception for this file, outside of any section. */
    public ObjectFileException error(final String reason) {
        return file.error(reason, -1);
    }
}
