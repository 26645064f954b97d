package io.xdp4j.capture;

import java.nio.file.Path;
import java.util.Locale;

/**
 * How a capture file is laid out: draft-ietf-opsawg-pcap (the "savefile" of tcpdump) or draft-ietf-opsawg-pcapng.
 */
public enum CaptureFormat {
    /** pcap with timestamps in microseconds: read by every tool. */
    PCAP_MICROS(1_000),
    /** pcap with timestamps in nanoseconds. */
    PCAP_NANOS(1),
    /** pcapng: several interfaces; written with timestamps in nanoseconds. */
    PCAPNG(1);

    /** The longest packet that is read or written, bytes: libpcap's limit for Ethernet too. */
    public static final int MAX_PACKET_LENGTH = 262_144;

    private final int tickNs;

    CaptureFormat(final int tickNs) {
        this.tickNs = tickNs;
    }

    /** Length of a tick of the timestamps as we write them, in ns. */
    int tickNs() {
        return tickNs;
    }

    /**
     * The format to write to a file: pcapng if its name ends so, pcap if its name ends so (with nanoseconds unless the
     * input had microseconds), else the input's own.
     *
     * @param output the file to write
     * @param input the format that the packets were read from
     */
    public static CaptureFormat forOutput(final Path output, final CaptureFormat input) {
        final String name = output.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".pcapng") || name.endsWith(".ntar")) {
            return PCAPNG;
        }
        if (input == PCAPNG && (name.endsWith(".pcap") || name.endsWith(".cap") || name.endsWith(".dmp"))) {
            return PCAP_NANOS;
        }
        return input;
    }
}
