package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;
import java.nio.charset.StandardCharsets;

/**
 * Helpers that format: {@code kernel/trace/bpf_trace.c} and {@code kernel/bpf/helpers.c}, Linux 6.18. They are not for
 * every packet: a printed line becomes a string.
 */
final class PrintHelpers {

    /** {@code MAX_BPRINTF_BUF}. */
    private static final int LINE = 1024;

    /** {@code MAX_BPRINTF_VARARGS} of 8 bytes each. */
    private static final int MAX_ARGUMENT_BYTES = 12 * 8;

    /** The longest constant format, NUL included; the kernel's is bounded by its map's value. */
    private static final int MAX_FORMAT = 1 << 16;

    private PrintHelpers() {}

    static long tracePrintk(
            final Execution execution,
            final long format,
            final long size,
            final long first,
            final long second,
            final long third) {
        final long arguments = execution.pushScratch(24);
        if (arguments == 0) {
            return 0;
        }
        NativeMemory.putLong(arguments, first);
        NativeMemory.putLong(arguments + 8, second);
        NativeMemory.putLong(arguments + 16, third);
        final long result = print(execution, format, (int) size, arguments, 3);
        execution.popScratch(24);
        return result;
    }

    static long traceVprintk(
            final Execution execution,
            final long format,
            final long size,
            final long arguments,
            final long length,
            final long r5) {
        return badArguments(arguments, (int) length)
                ? Errno.EINVAL.negative()
                : print(execution, format, (int) size, arguments, (int) length / 8);
    }

    static long snprintf(
            final Execution execution,
            final long target,
            final long size,
            final long format,
            final long arguments,
            final long length) {
        if (badArguments(arguments, (int) length)) {
            return Errno.EINVAL.negative();
        }
        final int formatLength = Text.length(execution, format, MAX_FORMAT);
        if (formatLength < 0 || formatLength == MAX_FORMAT) {
            return execution.fault("format is not a readable, NUL-terminated string", format, 1);
        }
        final int written =
                new Formatter(execution, format, formatLength, arguments, (int) length / 8).print(target, (int) size);
        return written < 0 ? written : written + 1L;
    }

    private static boolean badArguments(final long arguments, final int length) {
        return (length & 7) != 0 || length > MAX_ARGUMENT_BYTES || (length != 0 && arguments == 0);
    }

    private static long print(
            final Execution execution, final long format, final int size, final long arguments, final int count) {
        final int length = Text.length(execution, format, size);
        if (length < 0 || length == size) {
            return Errno.EINVAL.negative();
        }
        final long line = execution.pushScratch(LINE);
        if (line == 0) {
            return 0;
        }
        final int written = new Formatter(execution, format, length, arguments, count).print(line, LINE);
        if (written >= 0) {
            final byte[] text = new byte[Math.min(written, LINE - 1)];
            NativeMemory.copy(line, text, 0, text.length);
            // Some programs end their lines, some do not.
            execution.environment().trace().accept(new String(text, 0, lineEnd(text), StandardCharsets.UTF_8));
        }
        execution.popScratch(LINE);
        return written;
    }

    private static int lineEnd(final byte[] text) {
        return text.length > 0 && text[text.length - 1] == '\n' ? text.length - 1 : text.length;
    }
}
