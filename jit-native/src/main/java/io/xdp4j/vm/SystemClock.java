package io.xdp4j.vm;

/** The machine's clock, as far as Java shows it. */
enum SystemClock implements Clock {
    INSTANCE;

    /** TAI runs ahead of UTC by the leap seconds so far: 37 since 2017. */
    private static final long TAI_AHEAD_NS = 37_000_000_000L;

    @Override
    public long monotonicNs() {
        return System.nanoTime();
    }

    @Override
    public long bootNs() {
        return System.nanoTime();
    }

    @Override
    public long taiNs() {
        return System.currentTimeMillis() * 1_000_000L + TAI_AHEAD_NS;
    }
}
