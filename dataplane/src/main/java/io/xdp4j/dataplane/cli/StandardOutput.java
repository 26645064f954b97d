package io.xdp4j.dataplane.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * The process's standard output. A {@link PrintStream} forgets why it could not write; this keeps the first reason, so that
 * a full disk is an error and a reader that has gone ({@code | head}) is a quiet end. One thread's.
 */
final class StandardOutput extends OutputStream {

    /** The status with which the shell reports a process that SIGPIPE ended: 128 + 13. */
    static final int CLOSED_PIPE = 141;

    private static final int BUFFER = 8192;

    private final OutputStream file = new FileOutputStream(FileDescriptor.out);
    private final PrintStream stream =
            new PrintStream(new BufferedOutputStream(this, BUFFER), false, System.out.charset());
    private @Nullable IOException failure;

    /** Where to print. */
    PrintStream stream() {
        return stream;
    }

    @Override
    public void write(final int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(final byte[] bytes, final int offset, final int length) throws IOException {
        try {
            file.write(bytes, offset, length);
        } catch (final IOException refused) {
            failure = failure == null ? refused : failure;
            throw refused;
        }
    }

    /** Writes out what is left, and returns the status to end with: 0 where all has been written. */
    int finish(final Terminal terminal) {
        stream.flush();
        if (failure == null) {
            return 0;
        }
        if (isClosedPipe(failure)) {
            return CLOSED_PIPE;
        }
        terminal.err().println("xdp4j: cannot write to standard output: " + InputFiles.reason(failure));
        return 1;
    }

    /** Whether something failed because nobody reads any more. */
    static boolean isClosedPipe(final Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 8; depth++) {
            if (cause instanceof IOException && "Broken pipe".equals(cause.getMessage())) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
