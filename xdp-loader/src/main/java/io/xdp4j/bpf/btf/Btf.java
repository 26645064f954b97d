package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.MagicFile;
import io.xdp4j.bpf.format.ObjectFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The types of a BTF section or file, by id. Ids run from 0 ({@code void}) to {@link #size()} - 1; a split BTF (that of a
 * kernel module) continues the ids and strings of its base.
 *
 * <p>Reading checks the whole section; records are made when asked for. Memory is proportional to the section: besides
 * its bytes, 8 bytes a type and the records used. Immutable to callers and safe for use by several threads. Methods that
 * take an id throw {@link IndexOutOfBoundsException} if it is not below {@link #size()}.
 *
 * <p>Source: {@code Documentation/bpf/btf.rst}, Linux 6.18.
 */
public final class Btf {

    /** Bytes of a pointer of the programs and kernels described. */
    public static final int POINTER_SIZE = 8;

    /** Largest BTF file read, in bytes; a kernel's with every driver built in has about 10 MB. */
    private static final int MAX_FILE_LENGTH = 256 << 20;

    private static final BtfType VOID = new BtfType.VoidType();

    private final ByteReader section;
    private final @Nullable Btf base;
    private final BtfStrings strings;
    private final int firstId;
    private final int[] offsets;
    /** Filled by whoever comes first; two threads may make the same record, which does no harm. */
    private final @Nullable BtfType[] records;

    private volatile @Nullable BtfNameIndex names;

    Btf(final ByteReader section, final @Nullable Btf base, final BtfStrings strings, final int[] offsets) {
        this.section = section;
        this.base = base;
        this.strings = strings;
        this.firstId = base == null ? 1 : base.size();
        this.offsets = offsets;
        this.records = new BtfType[offsets.length];
    }

    /**
     * Reads the content of a {@code .BTF} section, in whichever byte order its magic number has.
     *
     * @param base what a split BTF builds on, or null
     * @throws ObjectFileException naming section and offset, if anything in it is wrong
     */
    public static Btf parse(final ByteReader section, final @Nullable Btf base) {
        return new BtfParser(section, base).parse();
    }

    /** Reads a file that holds nothing but BTF, such as {@code /sys/kernel/btf/vmlinux}. */
    public static Btf read(final Path file) throws IOException {
        return read(file, null);
    }

    /**
     * Reads a file that holds nothing but BTF, such as {@code /sys/kernel/btf/nf_tables} on the base of {@code vmlinux}.
     *
     * @throws ObjectFileException if it is no BTF, or over 256 MB
     */
    public static Btf read(final Path file, final @Nullable Btf base) throws IOException {
        final byte[] bytes = MagicFile.read(file, MAX_FILE_LENGTH, BtfHeader::isMagic);
        if (bytes.length > MAX_FILE_LENGTH) {
            throw new ObjectFileException(
                    "BTF file too long (at most " + MAX_FILE_LENGTH + " bytes)", file.toString(), null, -1);
        }
        return parse(new ByteReader(file.toString(), null, ByteBuffer.wrap(bytes), ByteOrder.nativeOrder()), base);
    }

    /** One past the last id, those of the base included. */
    public int size() {
        return firstId + offsets.length;
    }

    /** First id that is not the base's; 1 where there is no base. */
    public int firstId() {
        return firstId;
    }

    public @Nullable Btf base() {
        return base;
    }

    /** Byte order of the section. */
    public ByteOrder order() {
        return section.order();
    }

    /** Name of the file, for messages. */
    public String file() {
        return section.file();
    }

    /** The section as it was read, without its base; {@link BtfWriter} makes a changed one. */
    public byte[] toBytes() {
        return section.bytes(0, section.length(), "BTF");
    }

    /** The type with this id. */
    public BtfType type(final int id) {
        if (id < firstId && id >= 0) {
            return base == null ? VOID : base.type(id);
        }
        final BtfType known = records[id - firstId];
        if (known != null) {
            return known;
        }
        final BtfType made = new BtfDecoder(this, section, offsets[id - firstId]).decode();
        records[id - firstId] = made;
        return made;
    }

    /** Kind of the type with this id; makes no record. */
    public BtfKind kind(final int id) {
        if (id < firstId && id >= 0) {
            return base == null ? BtfKind.VOID : base.kind(id);
        }
        return BtfKind.of(word(id, 4) >>> 24 & 0x1f);
    }

    /** Name of the type with this id, empty if it has none. */
    public String name(final int id) {
        return string(nameOffset(id));
    }

    /**
     * The string at an offset of the string table.
     *
     * @throws ObjectFileException if the offset is outside of the table
     */
    public String string(final int offset) {
        if (!holdsString(offset)) {
            throw section.error(
                    "string out of range: string=" + Integer.toUnsignedLong(offset) + ", strings=" + stringsEnd()
                            + " bytes",
                    -1);
        }
        return table(offset).get(offset);
    }

    /** Id of the first type with this name and kind, or 0 if there is none. */
    public int findByName(final String name, final BtfKind kind) {
        return findByName(name, kind, 1);
    }

    /** Id of the first type at or after {@code from} with this name and kind, or 0 if there is none. */
    public int findByName(final String name, final BtfKind kind, final int from) {
        if (base != null) {
            final int found = base.findByName(name, kind, from);
            if (found != 0) {
                return found;
            }
        }
        return index().find(name, kind, from);
    }

    /** Ids of this BTF's own types (not its base's) whose name without {@code ___flavour} is this, ascending. */
    IntArrayList findEssential(final String essential) {
        return index().findEssential(essential);
    }

    private BtfNameIndex index() {
        BtfNameIndex index = names;
        if (index == null) {
            index = new BtfNameIndex(this);
            names = index;
        }
        return index;
    }

    /** Id of the first type on the way that is no typedef, qualifier or type tag; this id itself if it is none. */
    public int skipModifiers(final int id) {
        int at = id;
        while (kind(at).isModifier()) {
            at = word(at, 8);
        }
        return at;
    }

    /**
     * Size of a value of the type in bytes, through typedefs, qualifiers, variables and arrays.
     *
     * @throws ObjectFileException if it has none (functions, void, forward declarations) or over 2^31 - 1 bytes
     */
    public int resolveSize(final int id) {
        final long size = sizeOrMinusOne(id);
        if (size < 0) {
            throw error("BTF type has no size: id=" + id + ", type=" + BtfFormatter.describe(this, id), id);
        }
        if (size > Integer.MAX_VALUE) {
            throw error("BTF type too large: id=" + id + ", size=" + size + " bytes", id);
        }
        return (int) size;
    }

    /** As {@link #resolveSize}, with -1 for what has no size; 2^31 stands for all that is larger. */
    public long sizeOrMinusOne(final int id) {
        long count = 1;
        int at = id;
        while (true) {
            final BtfKind kind = kind(at);
            switch (kind) {
                case INT, STRUCT, UNION, ENUM, ENUM64, FLOAT, DATASEC -> {
                    return capped(count * word(at, 8));
                }
                case PTR -> {
                    return capped(count * POINTER_SIZE);
                }
                case ARRAY -> {
                    count = capped(count * Integer.toUnsignedLong(word(at, 20)));
                    at = word(at, 12);
                }
                case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG, VAR -> at = word(at, 8);
                case VOID, FWD, FUNC, FUNC_PROTO, DECL_TAG -> {
                    return -1;
                }
            }
        }
    }

    /** Both factors are below 2^32, and at most one is above 2^31, so the product has not overflowed. */
    private static long capped(final long product) {
        return Math.min(product, 1L << 31);
    }

    /** Id of the type that a value of this one consists of, where there is exactly one; else 0. */
    int contained(final int id) {
        return switch (kind(id)) {
            case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG, VAR -> word(id, 8);
            case ARRAY -> word(id, 12);
            default -> 0;
        };
    }

    int nameOffset(final int id) {
        return kind(id) == BtfKind.VOID ? 0 : word(id, 0);
    }

    private int word(final int id, final int offset) {
        return id < firstId && base != null
                ? base.word(id, offset)
                : section.s32(offsets[id - firstId] + offset, "BTF type");
    }

    boolean holdsString(final int offset) {
        return strings.holds(offset) || offset == 0 || (base != null && base.holdsString(offset));
    }

    /** The table that has this offset: ours or our base's. */
    BtfStrings table(final int offset) {
        return strings.holds(offset) || base == null ? strings : base.table(offset);
    }

    int stringsEnd() {
        return strings.end();
    }

    BtfStrings ownStrings() {
        return strings;
    }

    /** The exception for a type of this BTF. */
    ObjectFileException error(final String reason, final int id) {
        if (id < firstId && base != null) {
            return base.error(reason, id);
        }
        return section.error(reason, id < firstId ? -1 : offsets[id - firstId]);
    }
}
