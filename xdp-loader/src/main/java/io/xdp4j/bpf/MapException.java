package io.xdp4j.bpf;

/** A map operation was refused. Absent entries are not refusals: they are null, false or an empty result. */
public final class MapException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int errno;
    private final int done;

    /**
     * Makes the exception.
     *
     * @param operation what was tried: {@code update}
     * @param map the map's name
     * @param errno positive error number
     * @param done entries of a batch that were done before the refusal
     * @param remedy what it means here and what to do, or empty
     */
    public MapException(
            final String operation, final String map, final int errno, final int done, final String remedy) {
        super("map " + operation + " failed: " + Errno.nameOf(errno) + ", map=" + map
                + (done > 0 ? ", done=" + done + " entries" : "")
                + (remedy.isEmpty() ? "" : " (" + remedy + ")"));
        this.errno = errno;
        this.done = done;
    }

    /** The positive error number. */
    public int errno() {
        return errno;
    }

    /** Entries of a batch that were done before the refusal. */
    public int done() {
        return done;
    }
}
