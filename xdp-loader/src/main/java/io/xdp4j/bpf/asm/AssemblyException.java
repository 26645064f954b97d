package io.xdp4j.bpf.asm;

/** Assembly text that cannot be read. The message is one line: {@code line 3, column 7: unknown register: r11 (r0 to r10)}. */
public final class AssemblyException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    AssemblyException(final int line, final int column, final String reason) {
        super("line " + line + ", column " + column + ": " + reason);
        this.line = line;
        this.column = column;
    }

    /** From 1. */
    public int line() {
        return line;
    }

    /** From 1, in characters. */
    public int column() {
        return column;
    }
}
