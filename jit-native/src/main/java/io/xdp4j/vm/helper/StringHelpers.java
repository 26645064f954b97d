package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/** Helpers on text: {@code kernel/bpf/helpers.c}, {@code lib/kstrtox.c}, Linux 6.18. */
final class StringHelpers {

    /** {@code BPF_STRTOX_BASE_MASK}. */
    private static final long BASE_MASK = 0x1f;

    /** Bytes after blanks and sign that the kernel looks at. */
    private static final int LONGEST = 63;

    private StringHelpers() {}

    static long strncmp(
            final Execution execution,
            final long first,
            final long size,
            final long second,
            final long r4,
            final long r5) {
        for (int i = 0; i < (int) size; i++) {
            if (!execution.readable(second + i, 1)) {
                return execution.fault("string is not readable up to its NUL", second, i + 1);
            }
            final int left = NativeMemory.getByte(first + i) & 0xff;
            final int right = NativeMemory.getByte(second + i) & 0xff;
            if (left != right) {
                return left < right ? -1 : 1;
            }
            if (left == 0) {
                return 0;
            }
        }
        return 0;
    }

    static long strtol(
            final Execution execution,
            final long text,
            final long length,
            final long flags,
            final long result,
            final long r5) {
        return parse(text, (int) length, flags, result, true);
    }

    static long strtoul(
            final Execution execution,
            final long text,
            final long length,
            final long flags,
            final long result,
            final long r5) {
        return parse(text, (int) length, flags, result, false);
    }

    /** Bytes used, or a negative error number and 0 in the result. */
    private static long parse(
            final long text, final int length, final long flags, final long result, final boolean signed) {
        NativeMemory.putLong(result, 0);
        final long base = flags & BASE_MASK;
        if ((base != 0 && base != 8 && base != 10 && base != 16) || (flags & ~BASE_MASK) != 0) {
            return Errno.EINVAL.negative();
        }
        int start = 0;
        while (start < length && Text.space(at(text, start, length))) {
            start++;
        }
        final boolean negative = at(text, start, length) == '-';
        if (negative) {
            start++;
        }
        final int end = Math.min(length, start + LONGEST);
        final int radix = base == 0 ? radix(text, start, end) : (int) base;
        if (radix == 16 && hexPrefix(text, start, end)) {
            start += 2;
        }
        return digits(text, start, end, radix, result, signed, negative);
    }

    private static long digits(
            final long text,
            final int start,
            final int end,
            final int radix,
            final long result,
            final boolean signed,
            final boolean negative) {
        long value = 0;
        int i = start;
        for (int digit = digit(text, i, end); digit >= 0 && digit < radix; digit = digit(text, ++i, end)) {
            if (Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, radix)) > 0) {
                return Errno.ERANGE.negative();
            }
            value = value * radix + digit;
        }
        if (i == start || (negative && !signed)) {
            return Errno.EINVAL.negative();
        }
        final long outcome = negative ? -value : value;
        if (signed && (negative ? outcome > 0 : outcome < 0)) {
            return Errno.ERANGE.negative();
        }
        NativeMemory.putLong(result, outcome);
        return i;
    }

    private static int radix(final long text, final int at, final int end) {
        if (at(text, at, end) != '0') {
            return 10;
        }
        return hexPrefix(text, at, end) && digit(text, at + 2, end) >= 0 ? 16 : 8;
    }

    private static boolean hexPrefix(final long text, final int at, final int end) {
        return at(text, at, end) == '0' && (at(text, at + 1, end) | 0x20) == 'x';
    }

    /** The value of a hexadecimal digit, or -1. */
    private static int digit(final long text, final int at, final int end) {
        final int c = at(text, at, end);
        final int lower = c | 0x20;
        return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static int at(final long text, final int index, final int end) {
        return index < end ? NativeMemory.getByte(text + index) & 0xff : 0;
    }
}
