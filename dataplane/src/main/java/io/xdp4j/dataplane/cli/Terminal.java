package io.xdp4j.dataplane.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * Where a command reads and writes, and whether a person looks on: only then are there colours and progress.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param colour whether {@code out} is a terminal that wants colours
 * @param progress whether {@code err} is a terminal
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean colour, boolean progress) {

    /** The process's own streams; the launcher says in {@code XDP4J_TTY} which of 1 and 2 are terminals. */
    static Terminal ofProcess(final PrintStream out) {
        return of(System.getenv(), System.in, out, System.err);
    }

    /** These streams, taken for terminals as the variables say; {@code NO_COLOR} wants to be more than empty. */
    static Terminal of(
            final Map<String, String> environment, final InputStream in, final PrintStream out, final PrintStream err) {
        final String terminals = environment.getOrDefault("XDP4J_TTY", "");
        final boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(in, out, err, terminals.contains("1") && !plain, terminals.contains("2"));
    }

    /** The same with another standard output. */
    Terminal withOut(final PrintStream other) {
        return new Terminal(in, other, err, colour, progress);
    }

    /** Text from a file that may be hostile, fit for a terminal: control characters as {@code ?}. */
    static String plain(final String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                changed = changed == null ? new StringBuilder(text) : changed;
                changed.setCharAt(i, '?');
            }
        }
        return changed == null ? text : changed.toString();
    }

    String bold(final String text) {
        return paint("1", text);
    }

    String green(final String text) {
        return paint("32", text);
    }

    String red(final String text) {
        return paint("31", text);
    }

    String dim(final String text) {
        return paint("2", text);
    }

    private String paint(final String code, final String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
