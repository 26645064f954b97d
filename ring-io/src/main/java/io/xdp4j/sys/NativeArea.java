package io.xdp4j.sys;

import java.lang.foreign.Arena;

/**
 * A zero-filled piece of off-heap memory at a fixed address, freed by {@link #close()}.
 *
 * <p>Whoever opened it owns it: addresses taken from it are dead after {@code close}, and nothing checks that. May be
 * closed by any thread, once no other thread uses an address from it; closing twice is harmless.
 */
public final class NativeArea implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final long address;
    private final long length;

    /**
     * Takes memory from the system.
     *
     * @param length bytes, at least 1
     * @param alignment bytes, a power of two
     * @throws OutOfMemoryError if the system has none left
     */
    public NativeArea(final long length, final long alignment) {
        if (length < 1) {
            throw new IllegalArgumentException("native area must have a positive length: length=" + length + " bytes");
        }
        this.length = length;
        this.address = arena.allocate(length, alignment).address();
    }

    /** The first byte's address; aligned as asked for. */
    public long address() {
        return address;
    }

    /** Length in bytes. */
    public long length() {
        return length;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
