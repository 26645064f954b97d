package io.xdp4j.vm;

/** What time a program reads. All values are nanoseconds. */
public interface Clock {

    /** Since boot, without suspended time: {@code bpf_ktime_get_ns}, and the source of {@code bpf_jiffies64}. */
    long monotonicNs();

    /** Since boot, with suspended time: {@code bpf_ktime_get_boot_ns}. */
    long bootNs();

    /** International atomic time since 1970: {@code bpf_ktime_get_tai_ns}. */
    long taiNs();

    /**
     * Told when the packet came in that a program is about to run on, so that a clock can follow a capture's time.
     *
     * @param timestampNs since 1970 (UTC), or 0 if the port does not say
     */
    default void arrival(final long timestampNs) {}

    /**
     * Whether it tells the same on every run of the same packets: then programs get the same random numbers, and maps hash
     * the same way, too.
     */
    default boolean repeatable() {
        return false;
    }

    /** The machine's clock. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
