package io.xdp4j.vm;

/**
 * Time as a capture's packets tell it, so that a program that measures time does the same on every run. It begins at one
 * second, moves with the packets' timestamps and never goes back; where a capture starts over, it goes on from where it
 * was. For one worker's programs only.
 */
public final class CaptureClock implements Clock {

    private static final long START_NS = 1_000_000_000L;
    private static final long TAI_AHEAD_NS = 37_000_000_000L;

    private long nowNs = START_NS;
    private long epochNs;
    private long lastArrivalNs;
    private boolean started;

    /** Starts a clock before the first packet. */
    public CaptureClock() {}

    @Override
    public void arrival(final long timestampNs) {
        if (timestampNs == 0) {
            return;
        }
        if (started && timestampNs > lastArrivalNs) {
            nowNs += timestampNs - lastArrivalNs;
        }
        started = true;
        lastArrivalNs = timestampNs;
        epochNs = timestampNs;
    }

    @Override
    public boolean repeatable() {
        return true;
    }

    @Override
    public long monotonicNs() {
        return nowNs;
    }

    @Override
    public long bootNs() {
        return nowNs;
    }

    @Override
    public long taiNs() {
        return epochNs + TAI_AHEAD_NS;
    }
}
