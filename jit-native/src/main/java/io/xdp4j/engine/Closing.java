package io.xdp4j.engine;

import org.jspecify.annotations.Nullable;

/** Closes things one after the other, and each of them whatever becomes of the others. */
final class Closing {

    private Closing() {}

    /**
     * Closes all, in order.
     *
     * @throws IllegalStateException the first failure, with the later ones suppressed in it, once all were tried
     */
    static void all(final Iterable<? extends AutoCloseable> things) {
        IllegalStateException first = null;
        for (final AutoCloseable thing : things) {
            final Exception failure = failure(thing);
            if (failure == null) {
                continue;
            }
            if (first == null) {
                first = failure instanceof final IllegalStateException state
                        ? state
                        : new IllegalStateException("closing failed: " + failure.getMessage(), failure);
            } else {
                first.addSuppressed(failure);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static @Nullable Exception failure(final AutoCloseable thing) {
        try {
            thing.close();
            return null;
        } catch (final Exception failed) {
            return failed;
        }
    }
}
