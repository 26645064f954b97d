package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.Runner;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.capture.CaptureReader;
import io.xdp4j.packet.Burst;
import io.xdp4j.ring.CaptureSink;
import io.xdp4j.ring.CaptureSource;
import org.jspecify.annotations.Nullable;

/** Runs a program over a capture: bursts in, verdicts counted, packets written out by verdict. One thread's. */
final class CaptureRun {

    private static final int BURST = 64;
    private static final int ABORTED = Verdict.ABORTED.ordinal();
    private static final int REDIRECT = Verdict.REDIRECT.ordinal();

    private final CaptureReader reader;
    private final Runner runner;
    private final @Nullable CaptureSink[] sinks;
    private final Progress progress;
    private final Runaways runaways;
    private final RunTotals totals = new RunTotals();
    private final int ifindex;
    private final int queue;

    /**
     * Prepares a run.
     *
     * @param sinks where packets go, by verdict; null for nowhere
     * @param runaways gives the run up where the program does not end
     * @param ifindex what the program reads as {@code ingress_ifindex}
     * @param queue what the program reads as {@code rx_queue_index}
     */
    CaptureRun(
            final CaptureReader reader,
            final Runner runner,
            final @Nullable CaptureSink[] sinks,
            final Progress progress,
            final Runaways runaways,
            final int ifindex,
            final int queue) {
        this.reader = reader;
        this.runner = runner;
        this.sinks = sinks;
        this.progress = progress;
        this.runaways = runaways;
        this.ifindex = ifindex;
        this.queue = queue;
    }

    /**
     * Runs the program on every packet, {@code passes} times over, on {@code limit} packets at most.
     *
     * @param frags whether the program takes packets in several frames
     */
    RunTotals run(final boolean frags, final int passes, final long limit) {
        final Burst burst = new Burst(BURST);
        final long start = System.nanoTime();
        try (CaptureSource source = new CaptureSource(reader, BURST, frags)) {
            long left = limit;
            for (int pass = 0; pass < passes && left > 0 && totals.givenUp == null; pass++) {
                if (pass > 0) {
                    source.rewind(burst);
                }
                left = pass(source, burst, left, pass, passes);
            }
            totals.truncated = source.truncated();
        } catch (final InternalError mappedFileFault) {
            throw reader.explain(mappedFileFault);
        } finally {
            progress.done();
        }
        totals.elapsedNs = System.nanoTime() - start;
        return totals;
    }

    private long pass(
            final CaptureSource source, final Burst burst, final long limit, final int pass, final int passes) {
        long left = limit;
        while (left > 0 && totals.givenUp == null && source.receive(burst) > 0) {
            left -= cut(burst, left);
            for (int slot = 0; slot < burst.count; slot++) {
                burst.ingressIfindex[slot] = ifindex;
                burst.rxQueue[slot] = queue;
            }
            final long before = System.nanoTime();
            runner.run(burst);
            totals.programNs += System.nanoTime() - before;
            final long abortedBefore = totals.packets[ABORTED];
            for (int slot = 0; slot < burst.count; slot = burst.next(slot)) {
                account(source, burst, slot);
            }
            if (totals.packets[ABORTED] > abortedBefore) {
                totals.givenUp = runaways.reasonToStop(totals.total());
            }
            progress.at(
                    reader.size() < 0 ? -1 : reader.position() + (double) pass * reader.size(),
                    (double) passes * reader.size(),
                    totals.total());
        }
        return left;
    }

    /** Shortens the burst to {@code limit} packets and returns how many it has. */
    private static long cut(final Burst burst, final long limit) {
        long packets = 0;
        int slot = 0;
        while (slot < burst.count && packets < limit) {
            slot = burst.next(slot);
            packets++;
        }
        burst.count = slot;
        return packets;
    }

    private void account(final CaptureSource source, final Burst burst, final int slot) {
        final int verdict = burst.verdict[slot];
        totals.packets[verdict]++;
        for (int part = slot; part < burst.next(slot); part++) {
            totals.bytes[verdict] += burst.length[part];
        }
        if (verdict == REDIRECT) {
            totals.redirected(burst.redirectMap[slot], burst.redirectTarget[slot]);
        }
        final CaptureSink sink = sinks[verdict];
        if (sink != null) {
            sink.declare(reader.interfaces());
            sink.write(burst, slot, source.missingLength(slot), source.captureInterface(slot));
        }
    }
}
