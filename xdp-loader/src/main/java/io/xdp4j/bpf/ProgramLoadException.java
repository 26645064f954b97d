package io.xdp4j.bpf;

/** An engine refuses a program. The message is one line; {@link #log()} has all that the engine said. */
public final class ProgramLoadException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String program;
    private final String log;

    /** Makes the exception; {@code reason} says what is wrong and where, {@code log} may be empty. */
    public ProgramLoadException(final String program, final String reason, final String log) {
        super("program refused: program=" + program + ", " + reason);
        this.program = program;
        this.log = log;
    }

    public String program() {
        return program;
    }

    public String log() {
        return log;
    }
}
