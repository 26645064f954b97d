package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks a BTF section once and checks everything that later reads rely on: lengths, counts, type ids, names, and that
 * no type contains itself through typedefs, qualifiers and arrays. What it allocates is proportional to the section.
 */
final class BtfParser {

    /** Bits of the second word that no kernel uses. */
    private static final int UNUSED_INFO_BITS = 0x60ff_0000;

    private final ByteReader section;
    private final @Nullable Btf base;
    private final int firstId;
    private final BtfStrings strings;
    private final int typesStart;
    private final int typesEnd;

    BtfParser(final ByteReader bytes, final @Nullable Btf base) {
        this.section = BtfHeader.inOrderOfMagic(bytes);
        this.base = base;
        this.firstId = base == null ? 1 : base.size();
        final int header = BtfHeader.checkedLength(section, BtfHeader.LENGTH);
        final long typeOffset = section.u32(8, "BTF header");
        final long typeLength = section.u32(12, "BTF header");
        final long stringOffset = section.u32(16, "BTF header");
        final long stringLength = section.u32(20, "BTF header");
        section.require(header + typeOffset, typeLength, "BTF types");
        section.require(header + stringOffset, stringLength, "BTF strings");
        if (typeOffset % 4 != 0) {
            throw section.error("BTF types are not aligned to 4 bytes: typeOffset=" + typeOffset, 8);
        }
        if (typeOffset < stringOffset + stringLength && stringOffset < typeOffset + typeLength) {
            throw section.error(
                    "BTF types and strings overlap: typeOffset=" + typeOffset + ", typeLength=" + typeLength
                            + " bytes, stringOffset=" + stringOffset + ", stringLength=" + stringLength + " bytes",
                    8);
        }
        this.typesStart = (int) (header + typeOffset);
        this.typesEnd = typesStart + (int) typeLength;
        this.strings = strings((int) (header + stringOffset), (int) stringLength);
    }

    private BtfStrings strings(final int offset, final int length) {
        final int start = base == null ? 0 : base.stringsEnd();
        if (length == 0 && base == null) {
            throw section.error("BTF strings are empty (the first has to be the empty string)", offset);
        }
        if (length > 0 && section.u8(offset + length - 1, "BTF strings") != 0) {
            throw section.error("BTF strings do not end with NUL", offset + length - 1);
        }
        if (base == null && section.u8(offset, "BTF strings") != 0) {
            throw section.error("BTF strings do not begin with the empty string", offset);
        }
        if (start > Integer.MAX_VALUE - length) {
            throw section.error("BTF strings too long: start=" + start + ", length=" + length + " bytes", offset);
        }
        return new BtfStrings(section.slice(offset, length, section.section(), "BTF strings"), start);
    }

    Btf parse() {
        final int[] offsets = locateTypes();
        final Btf btf = new Btf(section, base, strings, offsets);
        final RecordCheck check = new RecordCheck(btf, section);
        for (int index = 0; index < offsets.length; index++) {
            check.check(offsets[index], firstId + index);
        }
        new ContainmentCheck(btf).check();
        return btf;
    }

    private int[] locateTypes() {
        int[] offsets = new int[Math.max(16, (typesEnd - typesStart) / 24)];
        int count = 0;
        for (int at = typesStart; at < typesEnd; count++) {
            if (count == offsets.length) {
                offsets = Arrays.copyOf(offsets, count + (count >> 1));
            }
            offsets[count] = at;
            at += lengthOfType(at, firstId + count);
        }
        return Arrays.copyOf(offsets, count);
    }

    private int lengthOfType(final int at, final int id) {
        if (typesEnd - at < 12) {
            throw section.error("BTF type runs past the end: id=" + id + ", " + (typesEnd - at) + " bytes left", at);
        }
        final int info = section.s32(at + 4, "BTF type");
        final int number = info >>> 24 & 0x1f;
        if (number == 0 || number >= BtfKind.COUNT) {
            throw section.error(
                    "unknown BTF kind: id=" + id + ", kind=" + number + " (known: 1 to " + (BtfKind.COUNT - 1) + ")",
                    at + 4);
        }
        if ((info & UNUSED_INFO_BITS) != 0) {
            throw section.error("BTF type has unknown bits: id=%d, info=0x%08x".formatted(id, info), at + 4);
        }
        final BtfKind kind = BtfKind.of(number);
        final int length = 12 + kind.tailLength() + kind.partLength() * (info & 0xffff);
        if (length > typesEnd - at) {
            throw section.error(
                    "BTF type runs past the end: id=" + id + ", kind=" + kind + ", needs " + length + " bytes, has "
                            + (typesEnd - at),
                    at);
        }
        return length;
    }
}
