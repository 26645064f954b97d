package io.xdp4j.dataplane.cli;

import java.util.Locale;

/** A progress bar on standard error, redrawn a few times a second; nothing where no person looks on, or for short work. */
final class Progress {

    private static final long FIRST_NS = 500_000_000L;
    private static final long EVERY_NS = 100_000_000L;
    private static final int WIDTH = 30;

    private final Terminal terminal;
    private final String what;
    private final long startNs = System.nanoTime();
    private long nextNs = startNs + FIRST_NS;
    private boolean drawn;

    Progress(final Terminal terminal, final String what) {
        this.terminal = terminal;
        this.what = what;
    }

    /** Tells how far the work is; {@code total} is negative where nobody knows. */
    void at(final long done, final long total, final long packets) {
        if (!terminal.progress() || System.nanoTime() < nextNs) {
            return;
        }
        nextNs = System.nanoTime() + EVERY_NS;
        drawn = true;
        final double rate = packets / ((System.nanoTime() - startNs) / 1e9);
        final String count = String.format(Locale.ROOT, "%,d packets, %,.0f/s", packets, rate);
        if (total <= 0) {
            terminal.err().print("\r" + what + " " + count + "\u001b[K");
        } else {
            final double share = Math.min(1.0, (double) done / total);
            final int filled = (int) Math.round(share * WIDTH);
            terminal.err()
                    .print("\r" + what + " [" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] "
                            + Math.round(share * 100) + "% " + count + "\u001b[K");
        }
        terminal.err().flush();
    }

    /** Wipes the bar. */
    void done() {
        if (drawn) {
            terminal.err().print("\r\u001b[K");
            terminal.err().flush();
        }
    }
}
