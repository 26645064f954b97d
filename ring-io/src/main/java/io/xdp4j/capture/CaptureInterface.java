package io.xdp4j.capture;

/**
 * An interface that packets of a capture came in on. A pcap file has exactly one, without a name.
 *
 * @param name the interface's name, empty where the file has none
 * @param snapLength bytes kept of each packet at most, or 0 for no limit; unsigned 31 bits
 * @param fcsLength bytes of frame check sequence at the end of each whole packet, or 0: the kernel's XDP sees none
 */
public record CaptureInterface(String name, int snapLength, int fcsLength) {

    /** Checks the ranges. */
    public CaptureInterface {
        if (snapLength < 0) {
            throw new IllegalArgumentException("snap length must not be negative: snapLength=" + snapLength + " bytes");
        }
        if (fcsLength < 0 || fcsLength > 30) {
            throw new IllegalArgumentException(
                    "frame check sequence must be 0 to 30 bytes long: fcsLength=" + fcsLength + " bytes");
        }
    }

    /** An interface that keeps packets whole, without a check sequence. */
    public static CaptureInterface named(final String name) {
        return new CaptureInterface(name, 0, 0);
    }
}
