package io.xdp4j.map;

import io.xdp4j.sys.NativeMemory;

/**
 * The marks by which look-ups tell an LRU map that an element is in use. A mark lies in the element, on the cache line that
 * the look-up has at hand, and is written only if it is not there yet: a hot element's line stays shared between CPUs.
 */
final class LruMarks {

    /** In an element: its number. */
    static final int NUMBER = ElementLayout.POOL;

    private static final int MARK = ElementLayout.POOL + 4;

    private final ElementChunk elements;

    LruMarks(final ElementChunk elements) {
        this.elements = elements;
    }

    /** Marks an element as used. */
    static void mark(final long element) {
        if (NativeMemory.getByte(element + MARK) == 0) {
            NativeMemory.putByte(element + MARK, (byte) 1);
        }
    }

    static boolean isMarked(final long element) {
        return NativeMemory.getByte(element + MARK) != 0;
    }

    boolean marked(final int node) {
        return isMarked(elements.element(node));
    }

    void clear(final int node) {
        NativeMemory.putByte(elements.element(node) + MARK, (byte) 0);
    }
}
