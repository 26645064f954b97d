package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.Fault;
import java.util.List;
import java.util.function.Supplier;

/**
 * Gives a run up whose program does not end: each such packet costs as long as the engine's limit allows, so a long capture
 * would take days.
 */
final class Runaways {

    /** Packets on which a program may run too long. */
    static final int LIMIT = 64;

    private final Supplier<List<Fault>> faults;

    Runaways(final Supplier<List<Fault>> faults) {
        this.faults = faults;
    }

    /**
     * Looks at the faults so far.
     *
     * @param packets how many have been run
     * @throws IllegalArgumentException if {@link #LIMIT} packets or more ran too long
     */
    void check(final long packets) {
        final List<Fault> endless = faults.get().stream().filter(Fault::tooLong).toList();
        final long count = endless.stream().mapToLong(Fault::count).sum();
        if (count >= LIMIT) {
            throw new IllegalArgumentException("stopped after " + packets + " packets: the program did not end on "
                    + count + " of them (limit " + LIMIT + "): "
                    + endless.getFirst().message());
        }
    }
}
