package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.vm.Helpers;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a program touches only memory that it may, calls functions with what they want, and ends; or says why it
 * cannot. Safe for use by several threads.
 *
 * <p>Source for the rules: {@code kernel/bpf/verifier.c}, Linux 6.18; where ours differ stands in {@code
 * docs/verifier-differences.md}.
 */
public final class Verifier {

    /** Instructions that are followed, over all paths, at most: {@code BPF_COMPLEXITY_LIMIT_INSNS}. */
    public static final int BUDGET = 1_000_000;

    private final int budget;
    private final @Nullable Consumer<String> log;
    private final boolean everyState;

    private Verifier(final int budget, final @Nullable Consumer<String> log, final boolean everyState) {
        this.budget = budget;
        this.log = log;
        this.everyState = everyState;
    }

    /** A verifier with the kernel's budget. */
    public static Verifier create() {
        return new Verifier(BUDGET, null, false);
    }

    /** The same with another budget of instructions, 1 or more. */
    public Verifier withBudget(final int instructions) {
        return new Verifier(instructions, log, everyState);
    }

    /** The same, telling of each instruction that it follows, with its state, a line at a time. */
    public Verifier withLog(final Consumer<String> lines) {
        return new Verifier(budget, lines, everyState);
    }

    /**
     * The same, keeping a state wherever paths part or meet: for tests of what is left off, as the kernel's {@code
     * BPF_F_TEST_STATE_FREQ}.
     */
    public Verifier withEveryState() {
        return new Verifier(budget, log, true);
    }

    /** Verifies a program with the usual budget. */
    public static Verification verify(final ProgramSpec spec, final Map<String, MapSpec> maps, final Helpers helpers) {
        return create().check(spec, maps, helpers);
    }

    /**
     * Verifies a program.
     *
     * @param maps the maps that it refers to, by name
     * @param helpers what it can call
     */
    public Verification check(final ProgramSpec spec, final Map<String, MapSpec> maps, final Helpers helpers) {
        final long start = System.nanoTime();
        final Attempt attempt = new Attempt(spec, maps, helpers, false);
        final Verification answer = attempt.run(start);
        if (attempt.exhausted()) {
            final Attempt wider = new Attempt(spec, maps, helpers, true);
            final Verification other = wider.run(start);
            if (other instanceof Verification.Accepted) {
                return other;
            }
        }
        return answer;
    }

    /** One try: with exact numbers, or widening them. */
    private final class Attempt {

        private final ProgramSpec spec;
        private final Map<String, MapSpec> maps;
        private final Helpers helpers;
        private final boolean wide;
        private @Nullable Budget spent;
        private @Nullable Proof proof;
        private int depth;

        Attempt(final ProgramSpec spec, final Map<String, MapSpec> maps, final Helpers helpers, final boolean wide) {
            this.spec = spec;
            this.maps = maps;
            this.helpers = helpers;
            this.wide = wide;
        }

        boolean exhausted() {
            return spent != null && spent.exhausted();
        }

        Verification run(final long start) {
            try {
                final Code code = new Code(spec, maps, helpers);
                final VerifierLog trace = log == null ? null : new VerifierLog(code, log);
                final Budget costs = new Budget(budget, trace, everyState);
                spent = costs;
                if (wide) {
                    Loops.refuse(code);
                }
                final FactTable facts = new FactTable(code);
                final int[] stack = new int[code.functionList().size()];
                explore(code, costs, facts, stack);
                final StackDepth depths = new StackDepth(code, stack);
                for (final Code.Function function : code.functionList()) {
                    if (function.index() == 0 || function.global()) {
                        depth = Math.max(depth, depths.check(function));
                    }
                }
                return new Verification.Accepted(facts.facts(), cost(start));
            } catch (final Refusal refusal) {
                return Explanation.of(spec, proof, refusal, cost(start));
            }
        }

        private void explore(final Code code, final Budget costs, final FactTable facts, final int[] stack) {
            final Deque<Code.Function> starts = new ArrayDeque<>();
            final BitSet known = new BitSet();
            starts.add(code.functionList().getFirst());
            while (!starts.isEmpty()) {
                final Code.Function function = starts.poll();
                final Proof next = new Proof(code, facts, Start.state(code, function), stack, global -> {
                    if (!known.get(global.index())) {
                        known.set(global.index());
                        starts.add(global);
                    }
                });
                proof = next;
                new Exploration(next, costs, wide ? new Widening() : null).run();
            }
        }

        private Verification.Cost cost(final long start) {
            final Budget costs = spent;
            final long nanos = System.nanoTime() - start;
            return costs == null
                    ? new Verification.Cost(0, 0, 0, 0, nanos, wide)
                    : new Verification.Cost(
                            costs.processed(), costs.totalStates(), costs.peakStates(), depth, nanos, wide);
        }
    }
}
