package io.xdp4j.vm.helper;

import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/** {@code bpf_csum_diff}: {@code net/core/filter.c}, Linux 6.18, which answers alike on all machines. */
final class ChecksumHelpers {

    private static final long LOW = 0xffff_ffffL;

    private ChecksumHelpers() {}

    /**
     * The ones' complement sum, folded to 16 bits, of {@code seed}, what is at {@code to}, and the complement of what is at
     * {@code from}.
     */
    static long difference(
            final Execution execution,
            final long from,
            final long fromSize,
            final long to,
            final long toSize,
            final long seed) {
        final int removed = (int) fromSize;
        final int added = (int) toSize;
        long sum = seed & LOW;
        if (added != 0) {
            sum = partial(to, added, sum);
        }
        if (removed != 0 && added != 0) {
            sum = fold32(sum + (~partial(from, removed, 0) & LOW));
        } else if (removed != 0) {
            sum = ~partial(from, removed, ~sum & LOW) & LOW;
        }
        return fold16(sum);
    }

    /** {@code csum_partial}: adds 32-bit words, the last filled up with zeros, to a 32-bit sum. */
    static long partial(final long address, final int length, final long start) {
        final int whole = length & ~3;
        long sum = start;
        for (int i = 0; i < whole; i += 4) {
            sum += NativeMemory.getInt(address + i) & LOW;
        }
        for (int i = whole; i < length; i++) {
            sum += (NativeMemory.getByte(address + i) & 0xffL) << (8 * (i - whole));
        }
        return fold32(sum);
    }

    private static long fold32(final long sum) {
        final long once = (sum & LOW) + (sum >>> 32);
        return (once & LOW) + (once >>> 32);
    }

    /** {@code csum_from32to16}. */
    private static long fold16(final long sum) {
        final long once = (sum & 0xffff) + (sum >>> 16);
        return (once & 0xffff) + (once >>> 16);
    }
}
