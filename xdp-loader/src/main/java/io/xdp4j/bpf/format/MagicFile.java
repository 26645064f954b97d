package io.xdp4j.bpf.format;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntPredicate;

/** Reads whole files whose first bytes say what they are, and no more than those of any other. */
public final class MagicFile {

    private static final int MAGIC_LENGTH = 4;

    private MagicFile() {}

    /**
     * The file's bytes, the first {@code limit} + 1 at most; only the first four where those are not the right ones, so that
     * an endless file of another kind is not read.
     *
     * @param magic tells the right first four bytes, the first one uppermost
     */
    public static byte[] read(final Path file, final int limit, final IntPredicate magic) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(MAGIC_LENGTH);
            final byte[] first = in.readNBytes(MAGIC_LENGTH);
            if (first.length < MAGIC_LENGTH || !magic.test(bigEndian(first))) {
                return first;
            }
            in.reset();
            return in.readNBytes(limit + 1);
        }
    }

    private static int bigEndian(final byte[] bytes) {
        int word = 0;
        for (final byte each : bytes) {
            word = (word << 8) | (each & 0xff);
        }
        return word;
    }
}
