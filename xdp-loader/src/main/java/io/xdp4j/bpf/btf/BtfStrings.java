package io.xdp4j.bpf.btf;

import io.xdp4j.bpf.format.ByteReader;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;

/** NUL-terminated strings by offset; those of a split BTF continue the offsets of its base. */
final class BtfStrings {

    /** Differs from run to run, so that no file can be made whose names all fall into one place of the index. */
    private static final int HASH_MULTIPLIER = ThreadLocalRandom.current().nextInt() | 1;

    private final ByteReader reader;
    private final ByteBuffer bytes;
    /** Offset that the first byte of this table has: 0, or the end of the base's table. */
    private final int start;

    BtfStrings(final ByteReader reader, final int start) {
        this.reader = reader;
        this.bytes = reader.view();
        this.start = start;
    }

    /** One past the last offset. */
    int end() {
        return start + bytes.limit();
    }

    int start() {
        return start;
    }

    boolean holds(final int offset) {
        return offset >= start && offset < end();
    }

    String get(final int offset) {
        return offset == 0 ? "" : reader.string(offset - start, "string");
    }

    /** Whether there is a string, and not just a NUL. */
    boolean isEmpty(final int offset) {
        return offset == 0 || bytes.get(offset - start) == 0;
    }

    /** Length in bytes, without the NUL; -1 if there are control characters. */
    int printableLength(final int offset) {
        if (offset == 0) {
            return 0;
        }
        final int first = offset - start;
        int at = first;
        boolean printable = true;
        for (byte one = bytes.get(at); one != 0; one = bytes.get(++at)) {
            printable &= (one & 0xff) >= ' ' && one != 0x7f;
        }
        return printable ? at - first : -1;
    }

    /** Length in bytes of the name without its flavour: up to the last {@code ___} between other characters. */
    int essentialLength(final int offset) {
        final int first = offset - start;
        int length = 0;
        int flavour = -1;
        for (int at = first; bytes.get(at) != 0; at++) {
            length++;
            if (length >= 5 && isFlavour(at - 4)) {
                flavour = length - 4;
            }
        }
        return flavour < 0 ? length : flavour;
    }

    private boolean isFlavour(final int at) {
        return bytes.get(at) != '_'
                && bytes.get(at + 1) == '_'
                && bytes.get(at + 2) == '_'
                && bytes.get(at + 3) == '_'
                && bytes.get(at + 4) != '_';
    }

    int hash(final int offset, final int length) {
        int hash = 0;
        for (int at = offset - start, end = at + length; at < end; at++) {
            hash = HASH_MULTIPLIER * hash + bytes.get(at);
        }
        return hash;
    }

    static int hash(final byte[] name, final int length) {
        int hash = 0;
        for (int at = 0; at < length; at++) {
            hash = HASH_MULTIPLIER * hash + name[at];
        }
        return hash;
    }

    boolean startsWith(final int offset, final byte[] wanted) {
        final int first = offset - start;
        if (wanted.length > bytes.limit() - first) {
            return false;
        }
        for (int index = 0; index < wanted.length; index++) {
            if (bytes.get(first + index) != wanted[index]) {
                return false;
            }
        }
        return true;
    }

    boolean endsAt(final int offset, final int length) {
        return bytes.get(offset - start + length) == 0;
    }

    byte[] copy() {
        return reader.bytes(0, bytes.limit(), "strings");
    }
}
