package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Insn;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Counts what a proof costs, and ends it when it costs too much. */
final class Budget {

    private final int limit;
    private final @Nullable BiConsumer<State, Insn> log;
    private final boolean everyState;
    private int processed;
    private int totalStates;
    private int peakStates;
    private int states;
    private boolean exhausted;

    Budget(final int limit, final @Nullable BiConsumer<State, Insn> log, final boolean everyState) {
        this.limit = limit;
        this.everyState = everyState;
        this.log = log;
    }

    void spend(final Proof proof) {
        if (++processed > limit) {
            exhausted = true;
            throw proof.refuse(
                    Rule.COMPLEXITY,
                    "the program is too complex: " + limit
                            + " instructions were followed and paths are left (split it with tail calls, or make its"
                            + " loops calls of bpf_loop)");
        }
    }

    void log(final State state, final Insn insn) {
        if (log != null) {
            log.accept(state, insn);
        }
    }

    void kept() {
        totalStates++;
        peakStates = Math.max(peakStates, ++states);
    }

    void dropped() {
        states--;
    }

    /** Whether states are kept in every place where they could be. */
    boolean everyState() {
        return everyState;
    }

    /** Whether the proof ended for want of budget. */
    boolean exhausted() {
        return exhausted;
    }

    int processed() {
        return processed;
    }

    int totalStates() {
        return totalStates;
    }

    int peakStates() {
        return peakStates;
    }
}
