package io.xdp4j.bpf;

/** What an XDP program says of a packet: {@code enum xdp_action}. The ordinal is the kernel's number. */
public enum Verdict {
    /** The program failed; the packet is dropped and the failure counted. Any unknown number counts as this. */
    ABORTED,
    /** Drop the packet. */
    DROP,
    /** Hand the packet on, as if there were no program. */
    PASS,
    /** Send the packet back out of the interface that it came in on. */
    TX,
    /** Send the packet to another interface, CPU or AF_XDP socket. */
    REDIRECT;

    private static final Verdict[] VALUES = values();

    /** The verdict for a program's return value; unknown numbers are {@link #ABORTED}. */
    public static Verdict of(final int returnValue) {
        return returnValue >= 0 && returnValue < VALUES.length ? VALUES[returnValue] : ABORTED;
    }
}
