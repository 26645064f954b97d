package io.xdp4j.bpf.elf;

/**
 * A symbol of an {@link ElfFile}.
 *
 * @param index its place in the symbol table
 * @param name its name; empty for sections
 * @param value bytes from the start of its section
 * @param size bytes, 0 if unknown
 * @param type one of {@link #NOTYPE} …
 * @param binding one of {@link #LOCAL} …
 * @param visibility {@link #HIDDEN} and others
 * @param section index of the section that it is defined in; {@link #UNDEFINED} or a number from {@link #FIRST_RESERVED}
 *     if in none
 */
public record ElfSymbol(
        int index, String name, long value, long size, int type, int binding, int visibility, int section) {

    public static final int NOTYPE = 0;
    public static final int OBJECT = 1;
    public static final int FUNCTION = 2;
    public static final int SECTION = 3;

    public static final int LOCAL = 0;
    public static final int GLOBAL = 1;
    public static final int WEAK = 2;

    public static final int INTERNAL = 1;
    public static final int HIDDEN = 2;

    /** {@code SHN_UNDEF}: defined elsewhere. */
    public static final int UNDEFINED = 0;

    /** {@code SHN_LORESERVE}: from here on, section numbers name no section. */
    public static final int FIRST_RESERVED = 0xff00;

    public boolean isUndefined() {
        return section == UNDEFINED;
    }

    /** Whether it is defined in a section of the file. */
    public boolean isDefined() {
        return section != UNDEFINED && section < FIRST_RESERVED;
    }

    public boolean isLocal() {
        return binding == LOCAL;
    }

    public boolean isWeak() {
        return binding == WEAK;
    }
}
