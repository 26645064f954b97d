package io.xdp4j.tests.objects;

import io.xdp4j.bpf.Runner;
import io.xdp4j.packet.Burst;
import io.xdp4j.packet.FrameLayout;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.io.ByteArrayOutputStream;

/** Runs a program on one packet at a time, in as many frames as it takes. */
public final class SinglePacket implements AutoCloseable {

    private static final int FRAGMENT = FrameLayout.PAGE - FrameLayout.RESERVED_TAIL;

    private final NativeArea area = new NativeArea(16L * FrameLayout.PAGE, FrameLayout.PAGE);

    /** The burst after the last run. */
    final Burst burst = new Burst(16);

    /** Runs the program; returns its verdict's number. */
    public int run(final Runner runner, final byte[] packet) {
        burst.clear();
        int done = 0;
        do {
            final long start = area.address() + (long) burst.count * FrameLayout.PAGE;
            final boolean first = burst.count == 0;
            final int length = Math.min(first ? FrameLayout.MAX_PACKET_IN_PAGE : FRAGMENT, packet.length - done);
            final int slot = burst.add(start, FrameLayout.PAGE, length);
            burst.data[slot] = first ? start + FrameLayout.HEADROOM : start;
            NativeMemory.copy(packet, done, burst.data[slot], length);
            done += length;
            burst.options[slot] = done < packet.length ? Burst.CONTINUES : 0;
        } while (done < packet.length);
        runner.run(burst);
        return burst.verdict[0];
    }

    /** The packet after the last run. */
    public byte[] packet() {
        final ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int slot = 0; slot < burst.next(0); slot++) {
            final byte[] part = new byte[burst.length[slot]];
            NativeMemory.copy(burst.data[slot], part, 0, part.length);
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    @Override
    public void close() {
        area.close();
    }
}
