package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.Fault;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives a run up whose program does not end: each such packet costs as long as the engine's limit allows, so a long capture
 * would take days.
 */
final class Runaways {

    /** Packets on which a program may run too long, unless told otherwise. */
    static final int LIMIT = 64;

    private final int limit;
    private final Supplier<List<Fault>> faults;

    Runaways(final int limit, final Supplier<List<Fault>> faults) {
        this.limit = limit;
        this.faults = faults;
    }

    /**
     * Looks at the faults so far, and says why to give up where as many packets as the limit, or more, ran too long; null otherwise.
     *
     * @param packets how many have been run
     */
    @Nullable
    String reasonToStop(final long packets) {
        final List<Fault> endless = faults.get().stream().filter(Fault::tooLong).toList();
        final long count = endless.stream().mapToLong(Fault::count).sum();
        return count < limit
                ? null
                : "stopped after " + packets + " packets, what was written is partial: the program did not end on "
                        + count + " of them (limit " + limit + ", another with --runaways): "
                        + endless.getFirst().message();
    }
}
