package io.xdp4j.vm.helper;

import io.xdp4j.sys.NativeMemory;

/** SipHash-2-4 with a 128-bit key (Aumasson and Bernstein, 2012), as the kernel's {@code lib/siphash.c} has it. */
final class SipHash {

    private SipHash() {}

    /**
     * The hash of whole 64-bit words in memory and one word behind them.
     *
     * @param bytes length of what is at {@code address}, a multiple of 8
     */
    static long hash(final long key0, final long key1, final long address, final int bytes, final long last) {
        long v0 = 0x736f6d6570736575L ^ key0;
        long v1 = 0x646f72616e646f6dL ^ key1;
        long v2 = 0x6c7967656e657261L ^ key0;
        long v3 = 0x7465646279746573L ^ key1;
        final int words = bytes >>> 3;
        for (int word = 0; word < words + 3; word++) {
            // Behind the message a word with its length; then four rounds over nothing.
            final boolean finish = word == words + 2;
            final long m = finish
                    ? 0
                    : word < words
                            ? NativeMemory.getLong(address + 8L * word)
                            : word == words ? last : (bytes + 8L) << 56;
            v3 ^= m;
            if (finish) {
                v2 ^= 0xff;
            }
            for (int round = finish ? 4 : 2; round > 0; round--) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
