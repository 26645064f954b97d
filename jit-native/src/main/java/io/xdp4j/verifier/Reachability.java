package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Insn;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * Whether there is a way to every instruction, whatever the numbers: what no way leads to is a mistake. Code that only
 * numbers make unreachable is not.
 *
 * <p>Source: {@code check_cfg()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
final class Reachability {

    private final Code code;
    private final BitSet reached = new BitSet();
    private final Deque<Integer> waiting = new ArrayDeque<>();

    private Reachability(final Code code) {
        this.code = code;
    }

    static void check(final Code code) {
        final Reachability check = new Reachability(code);
        check.reach(0);
        while (!check.waiting.isEmpty()) {
            check.follow(check.waiting.pop());
        }
        for (int pc = 0; pc < code.length(); pc++) {
            if (code.starts(pc) && !check.reached.get(pc)) {
                throw new Refusal(Rule.STRUCTURE, pc, "no way leads to this instruction: remove it, or jump to it");
            }
        }
    }

    private void reach(final int pc) {
        if (pc >= 0 && !reached.get(pc)) {
            reached.set(pc);
            waiting.push(pc);
        }
    }

    private void follow(final int pc) {
        final Insn insn = code.insn(pc);
        reach(Code.jumpTarget(pc, insn));
        reach(Code.callTarget(pc, insn));
        reach(Code.functionReference(pc, insn));
        if (!(insn instanceof Insn.Exit) && !(insn instanceof Insn.Jump)) {
            reach(pc + insn.slots());
        }
    }
}
