package io.xdp4j.map;

import io.xdp4j.sys.NativeMemory;

/**
 * How a key is read: as 32-bit words, each by one load, two of 16 bits or four of 8.
 *
 * <p>A program has mostly just written the key that it looks up, field by field. A load that is wider than those stores
 * cannot take its bytes from the store buffer and waits some 8 ns until they have reached the cache. So each word is read in
 * the widths of the fields in it, where the key's type is known ({@link KeyFields}); the rest as whole words.
 *
 * <p>A record, since HotSpot trusts the fields of records: in compiled programs all the choices here are constants.
 *
 * @param keySize bytes
 * @param words 32-bit words, the last one perhaps shorter
 * @param widths two bits for each of the first 32 words: {@link #WHOLE}, {@link #HALVES} or {@link #BYTES}
 * @param last how to read the last word: as those, or {@link #TAIL} plus the number of bytes left
 */
record KeyShape(int keySize, int words, long widths, int last) {

    static final int WHOLE = 0;
    static final int HALVES = 1;
    static final int BYTES = 2;
    static final int TAIL = 4;

    /** The shape of a key whose words have these widths. */
    static KeyShape of(final int keySize, final long widths) {
        final int words = (keySize + 3) >>> 2;
        final int last = (keySize & 3) != 0 ? TAIL + (keySize & 3) : width(widths, words - 1);
        return new KeyShape(keySize, words, widths, last);
    }

    private static int width(final long widths, final int word) {
        return word < 32 ? (int) (widths >>> (2 * word)) & 3 : WHOLE;
    }

    /** The word at an index; bytes beyond the key are zero and not read. */
    int word(final long key, final int index) {
        final long address = key + 4L * index;
        return switch (index == words - 1 ? last : width(widths, index)) {
            case WHOLE -> NativeMemory.getInt(address);
            case HALVES -> half(address) | NativeMemory.getShort(address + 2) << 16;
            case BYTES ->
                octet(address) | octet(address + 1) << 8 | octet(address + 2) << 16 | octet(address + 3) << 24;
            case TAIL + 1 -> octet(address);
            case TAIL + 2 -> octet(address) | octet(address + 1) << 8;
            default -> octet(address) | octet(address + 1) << 8 | octet(address + 2) << 16;
        };
    }

    private static int half(final long address) {
        return NativeMemory.getShort(address) & 0xffff;
    }

    private static int octet(final long address) {
        return NativeMemory.getByte(address) & 0xff;
    }
}
