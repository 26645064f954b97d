package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.vm.Execution;
import io.xdp4j.vm.HelperSpec;
import java.util.HashSet;
import java.util.Set;

/**
 * How much stack the functions of a call chain use together: {@code check_max_stack_depth()} in {@code
 * kernel/bpf/verifier.c}, Linux 6.18.
 */
final class StackDepth {

    private static final int TAIL_CALL_LIMIT = 256;

    private final Code code;
    private final int[] used;
    private int deepest;

    /** Makes the check; {@code used} has the bytes that each function uses, by its index. */
    StackDepth(final Code code, final int[] used) {
        this.code = code;
        this.used = used;
    }

    /** The bytes of the deepest chain that starts at a function. */
    int check(final Code.Function start) {
        walk(start, 0, 1, new HashSet<>());
        return deepest;
    }

    private boolean isTailCall(final int pc) {
        final HelperSpec callee = code.calleeAt(pc);
        return callee != null && callee.name().equals("tail_call");
    }

    private void walk(final Code.Function function, final int above, final int frames, final Set<Integer> chain) {
        final int depth = above + (used[function.index()] + 15 & ~15);
        deepest = Math.max(deepest, depth);
        if (depth > Execution.FRAME) {
            throw new Refusal(
                    Rule.STACK_DEPTH,
                    function.start(),
                    "the stacks of a chain of calls are too large together: " + depth + " bytes at " + function.name()
                            + " (limit " + Execution.FRAME + ")");
        }
        if (frames > Execution.FRAMES || !chain.add(function.start())) {
            throw new Refusal(
                    Rule.STACK_DEPTH,
                    function.start(),
                    "calls are nested too deep, or recurse: " + function.name() + " would be frame " + frames
                            + " (limit " + Execution.FRAMES + ")");
        }
        for (int pc = function.start(); pc < function.end(); pc++) {
            if (!code.starts(pc)) {
                continue;
            }
            final Insn insn = code.insn(pc);
            final int target = Math.max(Code.callTarget(pc, insn), Code.functionReference(pc, insn));
            if (target >= 0) {
                walk(code.function(target), depth, frames + 1, chain);
            } else if (above >= TAIL_CALL_LIMIT && isTailCall(pc)) {
                throw new Refusal(
                        Rule.STACK_DEPTH,
                        pc,
                        "tail call from a function whose callers use " + above + " bytes of stack (limit "
                                + (TAIL_CALL_LIMIT - 1) + ")");
            }
        }
        chain.remove(function.start());
    }
}
