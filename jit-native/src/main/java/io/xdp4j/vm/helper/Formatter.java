package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/**
 * Formats as {@code bpf_bprintf_prepare} ({@code kernel/bpf/helpers.c}) and {@code bstr_printf} ({@code lib/vsprintf.c}),
 * Linux 6.18, do together: {@code %d %i %u %x %X} with {@code l} and {@code ll}, {@code %c %s %p %px %pK %ps %pS %pB
 * %pks %pus %pI4 %pi4 %pI6 %pi6}, flags {@code 0 + - blank} and a width.
 *
 * <p>Pointers are printed as they are: there is nothing to hide by hashing, and no symbol to name. One is made for a call
 * and runs over the format twice: once to refuse it, once to print.
 */
final class Formatter {

    /** {@code MAX_BPRINTF_BIN_ARGS}: bytes that arguments take up in the kernel on their way. */
    private static final int BINARY_LIMIT = 512;

    private static final int LEFT = 1;
    private static final int ZERO = 2;
    private static final int PLUS = 4;
    private static final int BLANK = 8;
    private static final int POINTER_DIGITS = 16;

    private final Execution execution;
    private final long format;
    private final int length;
    private final long arguments;
    private final int count;
    private long target;
    private int limit;
    private int written;
    private int binary;
    private int next;
    private int flags;
    private int width;
    private int error;

    /**
     * Prepares a call.
     *
     * @param format address of the format's first byte
     * @param length its bytes, without the NUL at the end
     * @param arguments address of 64-bit arguments
     * @param count how many there are
     */
    Formatter(final Execution execution, final long format, final int length, final long arguments, final int count) {
        this.execution = execution;
        this.format = format;
        this.length = length;
        this.arguments = arguments;
        this.count = count;
    }

    /**
     * Prints to {@code to}: at most {@code size} bytes, the last a NUL; nothing if {@code size} is 0.
     *
     * @return bytes that all of the text has, without NUL; or a negative error number, and nothing is printed
     */
    int print(final long to, final int size) {
        run(0, 0);
        if (error != 0) {
            return error;
        }
        run(to, Math.max(0, size - 1));
        if (size > 0) {
            NativeMemory.putByte(to + Math.min(written, size - 1), (byte) 0);
        }
        return written;
    }

    private void run(final long to, final int most) {
        target = to;
        limit = most;
        written = 0;
        binary = 0;
        next = 0;
        int i = 0;
        while (i < length && error == 0) {
            final int c = at(i);
            if (c != '%') {
                if (!printable(c)) {
                    error = Errno.EINVAL.negative();
                }
                put(c);
                i++;
            } else if (at(i + 1) == '%') {
                put('%');
                i += 2;
            } else if (next >= count) {
                error = Errno.EINVAL.negative();
            } else {
                i = conversion(options(i + 1));
            }
        }
    }

    /** Reads flags and width; answers where the conversion begins. */
    private int options(final int from) {
        int i = from;
        flags = 0;
        width = 0;
        for (int c = at(i); c == '0' || c == '+' || c == '-' || c == ' '; c = at(++i)) {
            flags |= c == '0' ? ZERO : c == '+' ? PLUS : c == '-' ? LEFT : BLANK;
        }
        while (at(i) >= '0' && at(i) <= '9') {
            // The kernel clamps the width to 16 bits; a text that long is cut anyway.
            width = Math.min(width * 10 + at(i++) - '0', Short.MAX_VALUE);
        }
        return i;
    }

    /** Prints one argument; answers where the format goes on. */
    private int conversion(final int at) {
        return switch (at(at)) {
            case 'p' -> pointer(at + 1);
            case 's' -> string(at + 1, true);
            case 'c' -> character(at + 1);
            default -> integer(at);
        };
    }

    private int character(final int at) {
        take(1, 1);
        final boolean left = (flags & LEFT) != 0;
        pad(' ', left ? 0 : width - 1);
        put((int) argument() & 0xff);
        pad(' ', left ? width - 1 : 0);
        next++;
        return at;
    }

    private int integer(final int at) {
        int i = at;
        boolean wide = false;
        for (int l = 0; l < 2 && at(i) == 'l'; l++) {
            wide = true;
            i++;
        }
        final int kind = at(i);
        if (kind != 'd' && kind != 'i' && kind != 'u' && kind != 'x' && kind != 'X') {
            error = Errno.EINVAL.negative();
            return i;
        }
        take(wide ? 8 : 4, 4);
        final boolean signed = kind == 'd' || kind == 'i';
        final long raw = argument();
        final long value = wide ? raw : signed ? (int) raw : raw & 0xffff_ffffL;
        final boolean minus = signed && value < 0;
        final int sign = minus ? '-' : !signed ? 0 : (flags & PLUS) != 0 ? '+' : (flags & BLANK) != 0 ? ' ' : 0;
        number(minus ? -value : value, kind == 'x' || kind == 'X' ? 16 : 10, kind == 'X', sign);
        next++;
        return i + 1;
    }

    private void number(final long value, final int base, final boolean upper, final int sign) {
        final int digits = digits(value, base);
        int rest = width - digits - (sign == 0 ? 0 : 1);
        if ((flags & (ZERO | LEFT)) == 0) {
            pad(' ', rest);
            rest = 0;
        }
        if (sign != 0) {
            put(sign);
        }
        if ((flags & LEFT) == 0) {
            pad('0', rest);
            rest = 0;
        }
        int divisions = digits;
        while (divisions > 0) {
            divisions--;
            long high = value;
            for (int i = 0; i < divisions; i++) {
                high = Long.divideUnsigned(high, base);
            }
            put(digit((int) Long.remainderUnsigned(high, base), upper));
        }
        pad(' ', rest);
    }

    private static int digits(final long value, final int base) {
        int digits = 1;
        for (long rest = Long.divideUnsigned(value, base); rest != 0; rest = Long.divideUnsigned(rest, base)) {
            digits++;
        }
        return digits;
    }

    private static int digit(final int value, final boolean upper) {
        return value < 10 ? '0' + value : (upper ? 'A' : 'a') + value - 10;
    }

    /** What follows {@code %p}. */
    private int pointer(final int at) {
        final int kind = at(at);
        if (kind == 0 || space(kind) || punctuation(kind)) {
            hex();
            return at;
        }
        if ((kind == 'k' || kind == 'u') && at(at + 1) == 's') {
            return skipWord(string(at + 2, false));
        }
        switch (kind) {
            case 'K', 'x' -> hex();
            case 's', 'S', 'B' -> symbol(kind == 'B');
            case 'i', 'I' -> {
                final int family = at(at + 1);
                if (family != '4' && family != '6') {
                    error = Errno.EINVAL.negative();
                    return at;
                }
                address(family == '4' ? 4 : 16, kind == 'I');
                return skipWord(at + 2);
            }
            default -> error = Errno.EINVAL.negative();
        }
        return skipWord(at + 1);
    }

    /** The kernel's printf takes letters and digits that follow a pointer for part of its kind, and drops them. */
    private int skipWord(final int at) {
        int i = at;
        while (i < length && Character.isLetterOrDigit(at(i)) && at(i) < 0x80) {
            i++;
        }
        return i;
    }

    private void hex() {
        take(8, 4);
        if (width == 0) {
            width = POINTER_DIGITS;
            flags |= ZERO;
        }
        number(argument(), 16, false, 0);
        next++;
    }

    /** An address that no symbol covers is printed as a plain number. */
    private void symbol(final boolean early) {
        final long value = argument();
        final int digits = digits(value, 16) + 2;
        if (early) {
            take(digits + 1, 1);
        } else {
            take(8, 4);
        }
        final int rest = early ? 0 : width - digits;
        final boolean left = (flags & LEFT) != 0;
        pad(' ', left ? 0 : rest);
        put('0');
        put('x');
        flags = 0;
        width = 0;
        number(value, 16, false, 0);
        pad(' ', left ? rest : 0);
        next++;
    }

    private void address(final int bytes, final boolean plain) {
        final long pointer = argument();
        final boolean there = execution.readable(pointer, bytes);
        final int before = written;
        width = plain || bytes == 16 ? 0 : 3;
        for (int i = 0; i < bytes; i++) {
            final int value = there ? NativeMemory.getByte(pointer + i) & 0xff : 0;
            if (bytes == 16) {
                if (plain && i > 0 && (i & 1) == 0) {
                    put(':');
                }
                put(digit(value >>> 4, false));
                put(digit(value & 15, false));
            } else {
                if (i > 0) {
                    put('.');
                }
                flags = ZERO;
                number(value, 10, false, 0);
            }
        }
        if (BINARY_LIMIT - binary < bytes) {
            error = Errno.ENOSPC.negative();
        }
        binary += written - before + 1;
        next++;
    }

    /** A string; one that cannot be read is empty. {@code padded}: the width counts. */
    private int string(final int at, final boolean padded) {
        final int after = at(at);
        if (after != 0 && !space(after) && !punctuation(after)) {
            error = Errno.EINVAL.negative();
            return at;
        }
        final int most = BINARY_LIMIT - binary;
        if (most <= 0) {
            error = Errno.ENOSPC.negative();
            return at;
        }
        final long pointer = argument();
        final int bytes = Math.max(0, Text.length(execution, pointer, most - 1));
        binary += bytes + 1;
        final int rest = padded ? width - bytes : 0;
        pad(' ', (flags & LEFT) == 0 ? rest : 0);
        for (int i = 0; i < bytes; i++) {
            put(NativeMemory.getByte(pointer + i) & 0xff);
        }
        pad(' ', (flags & LEFT) == 0 ? 0 : rest);
        next++;
        return at;
    }

    private void take(final int bytes, final int alignment) {
        binary = (binary + alignment - 1) & -alignment;
        if (BINARY_LIMIT - binary < bytes) {
            error = Errno.ENOSPC.negative();
        }
        binary += bytes;
    }

    private long argument() {
        return NativeMemory.getLong(arguments + 8L * next);
    }

    private int at(final int index) {
        return index < length ? NativeMemory.getByte(format + index) & 0xff : 0;
    }

    private void put(final int c) {
        if (written < limit) {
            NativeMemory.putByte(target + written, (byte) c);
        }
        written++;
    }

    private void pad(final int c, final int times) {
        for (int i = 0; i < times; i++) {
            put(c);
        }
    }

    private static boolean printable(final int c) {
        return (c >= 0x20 && c < 0x7f) || space(c);
    }

    private static boolean space(final int c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean punctuation(final int c) {
        return c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
    }
}
