package io.xdp4j.vm.helper;

import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/** NUL-terminated text in memory that a program may read. */
final class Text {

    private Text() {}

    /** Bytes before the NUL, at most {@code most}; -1 if some byte before it may not be read. */
    static int length(final Execution execution, final long address, final int most) {
        int length = 0;
        while (length < most) {
            if (!execution.readable(address + length, 1)) {
                return -1;
            }
            if (NativeMemory.getByte(address + length) == 0) {
                return length;
            }
            length++;
        }
        return length;
    }

    /** Whether the kernel's {@code isspace} holds for the byte; it counts a no-break space. */
    static boolean space(final int c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
    }
}
