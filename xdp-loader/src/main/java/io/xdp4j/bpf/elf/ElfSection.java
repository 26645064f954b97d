package io.xdp4j.bpf.elf;

import io.xdp4j.bpf.format.ByteReader;

/**
 * A section of an {@link ElfFile}.
 *
 * @param index its place in the section table
 * @param name its name; need not be unique
 * @param type one of {@link #PROGBITS} …, or anything else
 * @param flags {@link #EXECUTABLE} …
 * @param size bytes that it has once loaded; for {@link #NOBITS} there are none in the file
 * @param link section that belongs to it: a symbol table's strings, a relocation section's symbols
 * @param info what the type makes of it: the section that relocations apply to
 * @param content the bytes in the file; none for {@link #NOBITS}
 */
public record ElfSection(
        int index, String name, int type, long flags, long size, int link, int info, ByteReader content) {

    public static final int NULL = 0;
    public static final int PROGBITS = 1;
    public static final int SYMTAB = 2;
    public static final int STRTAB = 3;
    public static final int RELA = 4;
    public static final int NOBITS = 8;
    public static final int REL = 9;

    /** {@code SHF_ALLOC}: part of the program, and not something about it. */
    public static final long ALLOCATED = 1 << 1;

    /** {@code SHF_EXECINSTR}: holds instructions. */
    public static final long EXECUTABLE = 1 << 2;

    /** {@code SHF_COMPRESSED}: content is compressed. */
    public static final long COMPRESSED = 1 << 11;

    /** Whether it holds instructions. */
    public boolean isCode() {
        return type == PROGBITS && (flags & EXECUTABLE) != 0;
    }
}
