package io.xdp4j.dataplane.cli;

import java.util.Locale;
import java.util.function.LongSupplier;

/** A progress bar on standard error, redrawn a few times a second; nothing where no person looks on, or for short work. */
final class Progress {

    private static final long FIRST_NS = 500_000_000L;
    private static final long EVERY_NS = 100_000_000L;
    private static final int WIDTH = 30;

    private final Terminal terminal;
    private final String what;
    private final LongSupplier clockNs;
    private final long startNs;
    private long nextNs;
    private boolean drawn;

    Progress(final Terminal terminal, final String what) {
        this(terminal, what, System::nanoTime);
    }

    Progress(final Terminal terminal, final String what, final LongSupplier clockNs) {
        this.terminal = terminal;
        this.what = what;
        this.clockNs = clockNs;
        this.startNs = clockNs.getAsLong();
        this.nextNs = startNs + FIRST_NS;
    }

    /** Tells how far the work is; {@code total} is negative where nobody knows. */
    void at(final double done, final double total, final long packets) {
        if (!terminal.progress()) {
            return;
        }
        final long nowNs = clockNs.getAsLong();
        if (nowNs - nextNs < 0) {
            return;
        }
        nextNs = nowNs + EVERY_NS;
        drawn = true;
        final double rate = packets / ((nowNs - startNs) / 1e9);
        final String count = String.format(Locale.ROOT, "%,d packets, %,.0f/s", packets, rate);
        if (total <= 0) {
            terminal.err().print("\r" + what + " " + count + "\u001b[K");
        } else {
            final double share = Math.min(1.0, done / total);
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
