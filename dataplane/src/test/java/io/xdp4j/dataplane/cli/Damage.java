package io.xdp4j.dataplane.cli;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Damage that a seed decides: the same seed, the same damage. */
final class Damage {

    private static final int[] EDGES = {0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x1_0000, 1 << 24, 1 << 30, 1 << 31
    };

    private Damage() {}

    /** A copy with one to eight things wrong with it. */
    static byte[] to(final byte[] good, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        byte[] bytes = good.clone();
        for (int change = random.nextInt(1, 9); change > 0; change--) {
            bytes = change(bytes, random);
        }
        return bytes;
    }

    static byte[] bytes(final SplittableRandom random, final int length) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] change(final byte[] bytes, final SplittableRandom random) {
        if (bytes.length < 8) {
            return bytes(random, 8);
        }
        final int at = random.nextInt(bytes.length);
        switch (random.nextInt(16)) {
            case 0 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 1 -> {
                return insert(bytes, at, bytes(random, random.nextInt(1, 64)));
            }
            case 2 -> {
                return insert(
                        bytes, at, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + random.nextInt(64))));
            }
            case 3, 4, 5, 6 -> {
                // headers and tables are made of little-endian words
                final int word = EDGES[random.nextInt(EDGES.length)];
                for (int i = 0; i < 4; i++) {
                    bytes[(at & -4) % (bytes.length - 3) + i] = (byte) (word >> (8 * i));
                }
            }
            case 7, 8 -> {
                final int length = Math.min(random.nextInt(32), bytes.length - at);
                System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
            }
            case 9, 10, 11 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            default -> bytes[at] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static byte[] insert(final byte[] bytes, final int at, final byte[] more) {
        final byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, longer, at, more.length);
        System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
        return longer;
    }
}
