package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;

/**
 * Checks the fields of types of which the extent is known to be good, and that all names together are not far longer than
 * the section: strings may share their ends, so a hostile section could make every type's name a megabyte.
 */
final class RecordCheck {

    /** Bytes of names over bytes of section; below 2 in a kernel's and in clang's. */
    private static final int MAX_NAME_RATIO = 64;

    /** Bytes; the kernel itself takes 511. */
    private static final int MAX_NAME_LENGTH = 4096;

    private final Btf btf;
    private final ByteReader section;
    private final long nameLimit;
    private long nameBytes;
    private int at;
    private int id;
    private BtfKind kind = BtfKind.VOID;
    private int parts;

    RecordCheck(final Btf btf, final ByteReader section) {
        this.btf = btf;
        this.section = section;
        this.nameLimit = (long) MAX_NAME_RATIO * section.length();
    }

    private int word(final int offset) {
        return section.s32(at + offset, "BTF type");
    }

    /** Checks the type at this offset of the section. */
    void check(final int offset, final int typeId) {
        at = offset;
        id = typeId;
        kind = btf.kind(typeId);
        parts = word(4) & 0xffff;
        checkName(0);
        if (kind.refersToType()) {
            checkType(8);
        } else if (word(8) < 0) {
            throw error("size too large: size=" + Integer.toUnsignedLong(word(8)) + " bytes", 8);
        }
        if (parts != 0 && !kind.hasParts() && kind != BtfKind.FUNC) {
            throw error("unexpected count: vlen=" + parts, 4);
        }
        switch (kind) {
            case INT -> checkInt();
            case ARRAY -> {
                checkType(12);
                checkType(16);
            }
            case STRUCT, UNION -> checkMembers();
            case ENUM, ENUM64 -> checkPartNames();
            case FUNC -> checkLinkage(parts, 4);
            case VAR -> checkLinkage(word(12), 12);
            case FUNC_PROTO -> {
                checkPartNames();
                checkPartTypes(4);
            }
            case DATASEC -> checkSectionVars();
            case DECL_TAG -> {
                if (word(12) < -1) {
                    throw error("component out of range: component=" + word(12), 12);
                }
            }
            case VOID, PTR, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FLOAT, TYPE_TAG -> {}
        }
    }

    private void checkInt() {
        final int encoding = word(12);
        final int bits = encoding & 0xff;
        final int offset = encoding >>> 16 & 0xff;
        if (bits == 0 || bits > 128 || bits + offset > 8L * word(8)) {
            throw error(
                    "bits out of range: bits=" + bits + ", bitOffset=" + offset + ", size=" + word(8) + " bytes", 12);
        }
    }

    private void checkMembers() {
        checkPartNames();
        checkPartTypes(4);
        final boolean bitfields = word(4) < 0;
        final long end = 8L * word(8);
        for (int part = 12; part < 12 + 12 * parts; part += 12) {
            final int raw = word(part + 8);
            final long bitOffset = bitfields ? raw & 0xff_ffff : Integer.toUnsignedLong(raw);
            final int bits = bitfields ? raw >>> 24 : 0;
            if (bitOffset + bits > end) {
                throw error(
                        "member outside: bitOffset=" + bitOffset + ", bitfieldSize=" + bits + ", size=" + word(8)
                                + " bytes",
                        part + 8);
            }
        }
    }

    private void checkSectionVars() {
        checkPartTypes(0);
        for (int part = 12; part < 12 + 12 * parts; part += 12) {
            if (word(part + 4) < 0 || word(part + 8) < 0) {
                throw error(
                        "variable outside: offset=%s, size=%s bytes".formatted(unsigned(part + 4), unsigned(part + 8)),
                        part + 4);
            }
        }
    }

    private String unsigned(final int offset) {
        return Integer.toUnsignedString(word(offset));
    }

    private void checkPartNames() {
        final int end = 12 + kind.partLength() * parts;
        for (int part = 12; part < end; part += kind.partLength()) {
            checkName(part);
        }
    }

    private void checkPartTypes(final int field) {
        final int end = 12 + kind.partLength() * parts;
        for (int part = 12; part < end; part += kind.partLength()) {
            checkType(part + field);
        }
    }

    private void checkLinkage(final int linkage, final int offset) {
        if (linkage < 0 || linkage >= BtfLinkage.COUNT) {
            throw error("unknown linkage: linkage=" + Integer.toUnsignedLong(linkage), offset);
        }
    }

    private void checkName(final int offset) {
        final int name = word(offset);
        if (!btf.holdsString(name)) {
            throw error(
                    "name out of range: name=" + Integer.toUnsignedLong(name) + ", strings=" + btf.stringsEnd()
                            + " bytes",
                    offset);
        }
        final int length = btf.table(name).printableLength(name);
        if (length < 0) {
            throw error("name has control characters: name=" + name, offset);
        }
        if (length > MAX_NAME_LENGTH) {
            throw error("name too long: name=" + length + " bytes (at most " + MAX_NAME_LENGTH + ")", offset);
        }
        nameBytes += length;
        if (nameBytes > nameLimit) {
            throw error(
                    "names too long: names=" + nameBytes + " bytes so far, section=" + section.length() + " bytes",
                    offset);
        }
    }

    private void checkType(final int offset) {
        final int type = word(offset);
        if (type < 0 || type >= btf.size()) {
            throw error(
                    "type id out of range: typeId=" + Integer.toUnsignedLong(type) + ", types=" + btf.size(), offset);
        }
    }

    private ObjectFileException error(final String what, final int offset) {
        return section.error("bad BTF type " + kind + ": id=" + id + ", " + what, at + offset);
    }
}
