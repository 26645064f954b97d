package io.xdp4j.map;

/**
 * Where things lie in an element of a {@link HashTable}, in bytes from its start.
 *
 * <pre>
 *  0  tag    version (high half), hash of the key (low half); hash 0 while the element is being written
 *  8  next   address of the next element in the bucket, 0 at its end
 * 16  pool   the {@link ElementPool}'s own
 * 24  key    padded with zeros to 32-bit words
 *     value  at a multiple of 8
 * </pre>
 *
 * <p>An element's memory stays an element for as long as the map lives. The version grows each time an element is used
 * anew: a reader that found the same tag before and after read what belongs together.
 */
record ElementLayout(int keySize, int valueOffset, int stride) {

    static final int NEXT = 8;
    static final int POOL = 16;
    static final int KEY = 24;

    /** Layout for a key and so many bytes of value. */
    static ElementLayout of(final int keySize, final int valueLength) {
        final int valueOffset = (KEY + keySize + 7) & ~7;
        return new ElementLayout(keySize, valueOffset, valueOffset + ((valueLength + 7) & ~7));
    }
}
