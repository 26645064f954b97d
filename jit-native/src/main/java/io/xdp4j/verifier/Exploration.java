package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.vm.HelperSpec;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows every path from one start, depth first, and leaves off where a state is included in one that was explored.
 *
 * <p>Source: {@code do_check()}, {@code is_state_visited()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Exploration {

    /** Paths that may wait at one time: {@code BPF_COMPLEXITY_LIMIT_JMP_SEQ}. */
    static final int MAX_WAITING = 8192;
    /** Instructions on a path without a state that is kept, at most: marks are traced back over all of them. */
    private static final int LONGEST_HISTORY = 256;
    /** States in one place that are gone through at most: further ones push out those that never helped. */
    private static final int MISSES = 3;

    private static final int FORCED_MISSES = 64;

    private final Proof proof;
    private final Code code;
    private final Step step;
    private final Inclusion inclusion;
    private final Budget budget;
    private final @Nullable List<Kept>[] kept;
    private final @Nullable Widening widening;

    /** Paths that were left off at a state that was not done: what is marked in that later counts in them too. */
    private final List<BackEdge> backEdges = new ArrayList<>();

    private int insnsSinceKept;
    private int jumpsSinceKept;

    /** A state that was kept, and how often it spared a path. */
    private static final class Kept {
        final State state;
        int hits;
        int misses;

        Kept(final State state) {
            this.state = state;
        }
    }

    @SuppressWarnings("unchecked")
    Exploration(final Proof proof, final Budget budget, final @Nullable Widening widening) {
        this.proof = proof;
        this.code = proof.code;
        this.step = new Step(proof);
        this.inclusion = new Inclusion(code);
        this.budget = budget;
        this.widening = widening;
        this.kept = (List<Kept>[]) new List<?>[code.length()];
    }

    void run() {
        while (true) {
            follow();
            if (proof.waiting.isEmpty()) {
                return;
            }
            proof.state = proof.waiting.pop();
        }
    }

    /** Follows the path at hand to its end. */
    private void follow() {
        while (true) {
            final State state = proof.state;
            final int pc = state.pc;
            budget.spend(proof);
            insnsSinceKept++;
            if (code.prunePoints.get(pc) && visited(state)) {
                end(state);
                return;
            }
            final Insn insn = code.insn(pc);
            if (insn instanceof Insn.JumpIf || insn instanceof Insn.Jump) {
                jumpsSinceKept++;
            }
            state.current = new History(state.history, pc);
            budget.log(state, insn);
            final boolean goesOn = step.run(insn);
            SliceBuffer.forget(state);
            state.history = state.current;
            if (!goesOn) {
                end(state);
                return;
            }
        }
    }

    /** The path has come to its end: so have, perhaps, all that started where it did. */
    private void end(final State state) {
        State at = state;
        while (true) {
            at.branches--;
            final State before = at.parent;
            if (at.branches != 0) {
                return;
            }
            if (!backEdges.isEmpty() && done(at)) {
                BackEdge.settle(backEdges, proof.precision);
                backEdges.removeIf(edge -> done(edge.to()));
            }
            if (before == null) {
                return;
            }
            if (at.loopEntry != null) {
                enterLoop(before, at.loopEntry);
            }
            at = before;
        }
    }

    private boolean visited(final State state) {
        final int pc = state.pc;
        final boolean forced = code.forcedPoints.get(pc);
        boolean keep =
                forced || widening != null || budget.everyState() || (jumpsSinceKept >= 2 && insnsSinceKept >= 8);
        // side paths that keep states over and over must not leave this one without any: marks are traced back over it
        final boolean overdue = state.history != null && state.history.length > LONGEST_HISTORY;
        List<Kept> here = kept[pc];
        if (here != null) {
            for (final Iterator<Kept> all = here.iterator(); all.hasNext(); ) {
                final Kept old = all.next();
                if (old.state.branches > 0) {
                    if (repeats(old.state, state, pc)) {
                        hit(old, state);
                        return true;
                    }
                    if (!forced
                            && widening == null
                            && !budget.everyState()
                            && jumpsSinceKept < 20
                            && insnsSinceKept < 100) {
                        keep = false;
                    }
                } else if (covers(old.state, state)) {
                    hit(old, state);
                    return true;
                }
                if (widening == null && useless(old, forced)) {
                    all.remove();
                    budget.dropped();
                }
            }
        }
        if (widening != null && here != null && here.size() >= Widening.STATES) {
            widening.widen(here.getLast().state, state);
        }
        if (keep || overdue) {
            if (here == null) {
                here = new ArrayList<>();
                kept[pc] = here;
            }
            here.add(new Kept(keep(state)));
        }
        return false;
    }

    /** Counts a miss: whether the state has had too many for what it spared. */
    private static boolean useless(final Kept old, final boolean forced) {
        final int patience = forced && old.state.branches > 0 ? FORCED_MISSES : MISSES;
        return ++old.misses > old.hits * patience + patience;
    }

    private void hit(final Kept old, final State state) {
        old.hits++;
        final BackEdge edge = new BackEdge(state, old.state);
        edge.carryOver(proof.precision);
        if (!done(old.state)) {
            backEdges.add(edge);
        }
    }

    /** A state whose paths all have come to their ends, or those of a loop that it lies in. */
    private boolean covers(final State old, final State state) {
        final State loop = loopOf(old);
        final boolean open = !done(old);
        if (!inclusion.includes(old, state, open ? Inclusion.Mode.WITHIN : Inclusion.Mode.USUAL)) {
            return false;
        }
        if (loop != null && open) {
            enterLoop(state, loop);
        }
        return true;
    }

    /**
     * A state on the way that led here: whether a loop that ends by itself has come to rest. Such a loop must have gone on
     * from one to the other, or a plain loop around it, which may never end, would pass for it.
     */
    private boolean repeats(final State old, final State state, final int pc) {
        if (turned(old, state, pc) && inclusion.includes(old, state, Inclusion.Mode.WITHIN)) {
            enterLoop(state, old);
            return true;
        }
        if (widening != null) {
            return false;
        }
        if (old.mayGotoDepth == state.mayGotoDepth
                && sameDepths(old, state)
                && inclusion.includes(old, state, Inclusion.Mode.EXACT)) {
            throw proof.refuse(
                    Rule.LOOP,
                    "the loop does not end: pc=" + pc
                            + " is reached again with nothing changed (change what its condition tests, or use"
                            + " bpf_loop)");
        }
        return false;
    }

    /** Whether the iterator, the callback or the {@code may_goto} at an instruction has gone on. */
    private boolean turned(final State old, final State state, final int pc) {
        final HelperSpec callee = code.calleeAt(pc);
        if (callee != null && PrunePoints.isIteratorNext(callee)) {
            return Iterators.turned(old, state, state.reg(1));
        }
        if (callee != null && PrunePoints.callsBack(callee)) {
            return old.top().callbackRun == state.top().callbackRun
                    && old.top().callbackDepth < state.top().callbackDepth;
        }
        return code.insn(pc) instanceof Insn.MayGoto && old.mayGotoDepth != state.mayGotoDepth;
    }

    private static boolean sameDepths(final State old, final State state) {
        for (int i = 0; i < old.frameCount() && i < state.frameCount(); i++) {
            if (old.frame(i).callbackDepth != state.frame(i).callbackDepth) {
                return false;
            }
        }
        return !Iterators.depthsDiffer(old, state);
    }

    private State keep(final State state) {
        insnsSinceKept = 0;
        jumpsSinceKept = 0;
        for (int i = 0; i < state.frameCount(); i++) {
            state.frame(i).preciseRegs = 0;
            state.frame(i).preciseSlots = 0;
        }
        final State made = state.copy();
        made.branches = 1;
        for (int i = 0; i < state.frameCount(); i++) {
            state.frame(i).parent = made.frame(i);
            state.frame(i).written = 0;
        }
        state.parent = made;
        state.depth = made.depth + 1;
        state.history = null;
        budget.kept();
        return made;
    }

    // ---- loops whose states are compared before all their paths have ended ----

    private static @Nullable State loopOf(final State state) {
        State top = state.loopEntry;
        while (top != null && top.loopEntry != null && top != top.loopEntry) {
            top = top.loopEntry;
        }
        return top;
    }

    /** Whether all paths from a state have come to their ends, and those of the loops that it lies in: its marks are final. */
    private static boolean done(final State state) {
        final State loop = loopOf(state);
        return state.branches == 0 && (loop == null || loop.branches == 0);
    }

    private static void enterLoop(final State state, final State head) {
        final State own = loopOf(state);
        final State outer = loopOf(head);
        final State from = own == null ? state : own;
        final State to = outer == null ? head : outer;
        if (to.branches > 0 && to.depth <= from.depth) {
            state.loopEntry = head;
        }
    }
}
