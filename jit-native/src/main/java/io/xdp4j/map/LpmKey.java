package io.xdp4j.map;

import io.xdp4j.sys.NativeMemory;

/** Bits of a longest-prefix-match key: data bytes in network order, after the 32-bit prefix length. */
final class LpmKey {

    private final int length;

    /** Keys of {@code length} data bytes. */
    LpmKey(final int length) {
        this.length = length;
    }

    int length() {
        return length;
    }

    int bits() {
        return length * 8;
    }

    /** The data as the high bits of a number, if it has at most eight bytes; else 0. */
    long word(final long data) {
        if (length == 4) {
            return (long) Integer.reverseBytes(NativeMemory.getInt(data)) << 32;
        }
        if (length == 8) {
            // In halves: one load over two stores that were just done would wait for them.
            return ((long) Integer.reverseBytes(NativeMemory.getInt(data)) << 32)
                    | Integer.toUnsignedLong(Integer.reverseBytes(NativeMemory.getInt(data + 4)));
        }
        long word = 0;
        if (length < 8) {
            for (int i = 0; i < length; i++) {
                word |= (NativeMemory.getByte(data + i) & 0xffL) << (56 - 8 * i);
            }
        }
        return word;
    }

    private int at(final long data, final int index) {
        return index < length ? NativeMemory.getByte(data + index) & 0xff : 0;
    }

    /** The first 24 bits, zeros behind the end. */
    int top(final long data, final long word) {
        return length <= 8 ? (int) (word >>> 40) : (at(data, 0) << 16) | (at(data, 1) << 8) | at(data, 2);
    }

    /** Six bits from bit {@code depth} on, zeros behind the end. */
    int six(final long data, final long word, final int depth) {
        if (length <= 8) {
            return (int) (word << depth >>> 58);
        }
        final int index = depth >>> 3;
        return ((at(data, index) << 8) | at(data, index + 1)) >>> (10 - (depth & 7)) & 63;
    }

    /** Whether the first {@code bits} bits are the same. */
    boolean same(final long data, final long word, final long other, final int bits) {
        if (length <= 8) {
            return bits == 0 || (word ^ word(other)) >>> (64 - bits) == 0;
        }
        int left = bits;
        long offset = 0;
        for (; left >= 32; left -= 32, offset += 4) {
            if (NativeMemory.getInt(data + offset) != NativeMemory.getInt(other + offset)) {
                return false;
            }
        }
        for (; left > 0; left -= 8, offset++) {
            final int difference = NativeMemory.getByte(data + offset) ^ NativeMemory.getByte(other + offset);
            if ((difference & 0xff) >>> Math.max(0, 8 - left) != 0) {
                return false;
            }
        }
        return true;
    }
}
