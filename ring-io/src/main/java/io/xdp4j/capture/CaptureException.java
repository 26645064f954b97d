package io.xdp4j.capture;

/**
 * A capture cannot be read or written: damaged, of an unsupported kind, or refused by the system. The message is one
 * line that names the file and, where there is one, the offset.
 */
public final class CaptureException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    CaptureException(final String message, final String file, final long offset) {
        super(message);
        this.file = file;
        this.offset = offset;
    }

    /**
     * Makes the usual message.
     *
     * @param what what failed, lower case
     * @param offset bytes from the start of the file, or -1 where the fault is at no offset
     * @param details {@code name=value} pairs, a remedy in brackets, or empty
     */
    static CaptureException at(final String what, final String file, final long offset, final String details) {
        final StringBuilder message = new StringBuilder(what).append(": file=").append(file);
        if (offset >= 0) {
            message.append(", offset=").append(offset);
        }
        if (!details.isEmpty()) {
            message.append(details.startsWith("(") ? " " : ", ").append(details);
        }
        return new CaptureException(message.toString(), file, offset);
    }

    static CaptureException because(final String what, final String file, final Exception cause) {
        final CaptureException failure = at(what, file, -1, "(" + IoReasons.of(cause) + ")");
        failure.initCause(cause);
        return failure;
    }

    /** File name as the user gave it; {@code -} for standard input or output. */
    public String file() {
        return file;
    }

    /** Bytes from the start of the file to the packet or block at fault, or -1 where there is none. */
    public long offset() {
        return offset;
    }
}
