package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.vm.HelperSpec;

/**
 * Whether a program has loops that only counting proves to end. Widening forgets counts, so it cannot accept those; loops
 * of iterators, {@code bpf_loop} and {@code may_goto} end by themselves.
 */
final class Loops {

    private Loops() {}

    static void refuse(final Code code) {
        for (int pc = 0; pc < code.length(); pc++) {
            if (code.starts(pc)) {
                final int target = Code.jumpTarget(pc, code.insn(pc));
                if (target >= 0 && target <= pc && !endsByItself(code, target, pc)) {
                    throw new Refusal(
                            Rule.COMPLEXITY,
                            pc,
                            "the program is too complex to count the turns of its loops: make the loop a call of"
                                    + " bpf_loop");
                }
            }
        }
    }

    /** A loop whose body asks an iterator, or {@code may_goto}, whether to go on. */
    private static boolean endsByItself(final Code code, final int from, final int to) {
        for (int pc = from; pc <= to; pc++) {
            final HelperSpec callee = code.calleeAt(pc);
            if ((callee != null && PrunePoints.isIteratorNext(callee))
                    || (code.starts(pc) && code.insn(pc) instanceof Insn.MayGoto)) {
                return true;
            }
        }
        return false;
    }
}
