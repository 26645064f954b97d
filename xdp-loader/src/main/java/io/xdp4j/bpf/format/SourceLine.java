package io.xdp4j.bpf.format;

/**
 * A place in the source that an instruction was compiled from.
 *
 * @param file file name as the compiler recorded it; may be empty
 * @param line line number from 1, or 0 if the compiler had none
 * @param column column number from 1, or 0 if the compiler had none
 * @param text the line itself, leading blanks kept; empty where the object file does not hold it
 */
public record SourceLine(String file, int line, int column, String text) {

    /** {@code file:line:column}, without what is not known; {@code line 3} where no file has a name. */
    public String place() {
        if (file.isEmpty()) {
            return line == 0 ? "" : "line " + line;
        }
        return file + (line == 0 ? "" : ":" + line) + (line == 0 || column == 0 ? "" : ":" + column);
    }
}
