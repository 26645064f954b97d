package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import io.xdp4j.bpf.format.ObjectFileException;
import java.nio.ByteOrder;

/**
 * Layout of the header that BTF and BTF.ext begin with; offsets in it count from its end.
 *
 * <pre>
 *   0  u16 magic 0xeb9f     BTF:      8  u32 type offset   BTF.ext:   8  u32 function info offset
 *   2  u8  version 1                 12  u32 type length             12  u32 function info length
 *   3  u8  flags                     16  u32 string offset           16  u32 line info offset
 *   4  u32 header length             20  u32 string length           20  u32 line info length
 *                                                                    24  u32 relocations offset (may be absent)
 *                                                                    28  u32 relocations length
 * </pre>
 *
 * <p>Source: {@code include/uapi/linux/btf.h} and {@code tools/lib/bpf/libbpf_internal.h}, Linux 6.18.
 */
final class BtfHeader {

    static final int MAGIC = 0xeb9f;
    static final int VERSION = 1;
    static final int LENGTH = 24;
    static final int EXT_LENGTH_WITHOUT_RELOCATIONS = 24;
    static final int EXT_LENGTH = 32;

    private BtfHeader() {}

    /** Whether a file that begins with these four bytes, the first one uppermost, is BTF in either byte order. */
    static boolean isMagic(final int bytes) {
        final int magic = bytes >>> 16;
        return magic == MAGIC || Integer.reverseBytes(magic) >>> 16 == MAGIC;
    }

    /** The same bytes, read in the byte order that the magic number shows. */
    static ByteReader inOrderOfMagic(final ByteReader section) {
        final int magic = section.u16(0, "BTF header");
        if (magic == MAGIC) {
            return section;
        }
        if (Integer.reverseBytes(magic) >>> 16 != MAGIC) {
            throw section.error(
                    "not BTF: magic=0x%04x (expected 0x%04x%s)"
                            .formatted(magic, MAGIC, isElf(section) ? "; this is an ELF file" : ""),
                    0);
        }
        final ByteOrder other =
                section.order() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        return new ByteReader(section.file(), section.section(), section.view(), other);
    }

    private static boolean isElf(final ByteReader section) {
        return section.length() >= 4
                && section.u8(0, "magic") == 0x7f
                && section.u8(1, "magic") == 'E'
                && section.u8(2, "magic") == 'L'
                && section.u8(3, "magic") == 'F';
    }

    /** Checks version and length, and returns the length. */
    static int checkedLength(final ByteReader section, final int least) throws ObjectFileException {
        final int version = section.u8(2, "BTF header");
        if (version != VERSION) {
            throw section.error("BTF version not supported: version=" + version + " (supported: " + VERSION + ")", 2);
        }
        final int flags = section.u8(3, "BTF header");
        if (flags != 0) {
            throw section.error("BTF flags not supported: flags=0x%02x".formatted(flags), 3);
        }
        final long length = section.u32(4, "BTF header");
        if (length < least || length > section.length()) {
            throw section.error(
                    "BTF header length out of range: length=" + length + " bytes (at least " + least + ", at most "
                            + section.length() + ")",
                    4);
        }
        return (int) length;
    }
}
