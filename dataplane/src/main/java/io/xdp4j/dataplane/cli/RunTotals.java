package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.Verdict;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/** What became of the packets of a run. */
final class RunTotals {

    /** Packets by verdict. */
    final long[] packets = new long[Verdict.values().length];

    /** Bytes by verdict, as the packets were when the program was done. */
    final long[] bytes = new long[Verdict.values().length];

    /** Targets that are counted one by one, at most; a program may take as many as there are packets. */
    static final int TARGETS = 1024;

    /** Redirected packets by target: map id in the upper half, index or interface in the lower. The first {@link #TARGETS}. */
    final Long2LongHashMap redirects = new Long2LongHashMap(0);

    /** Redirected packets to all other targets. */
    long otherRedirects;

    /** Packets that the capture holds only in part. */
    long truncated;

    /** Why the run was given up before its end; null if it was not. */
    @Nullable
    String givenUp;

    /** Time from the first packet to the last, reading and writing included. */
    long elapsedNs;

    /** Time within the program. */
    long programNs;

    /** Counts a redirected packet. */
    void redirected(final int map, final int target) {
        final long key = ((long) map << 32) | (target & 0xffff_ffffL);
        final long before = redirects.get(key);
        if (before == 0 && redirects.size() == TARGETS) {
            otherRedirects++;
        } else {
            redirects.put(key, before + 1);
        }
    }

    /** All packets. */
    long total() {
        long sum = 0;
        for (final long count : packets) {
            sum += count;
        }
        return sum;
    }

    /** All bytes. */
    long totalBytes() {
        long sum = 0;
        for (final long count : bytes) {
            sum += count;
        }
        return sum;
    }

    /** Mean time within the program, ns a packet. */
    double programNsPerPacket() {
        return total() == 0 ? 0 : (double) programNs / total();
    }

    /** Packets a second over the whole run. */
    double packetsPerSecond() {
        return elapsedNs == 0 ? 0 : total() * 1e9 / elapsedNs;
    }
}
