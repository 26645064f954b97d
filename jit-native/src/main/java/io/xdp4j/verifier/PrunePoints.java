package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.vm.ArgumentType;
import io.xdp4j.vm.HelperSpec;

/** Finds the instructions at which states are kept: where paths part or meet, at calls, and where loops turn. */
final class PrunePoints {

    private final Code code;

    PrunePoints(final Code code) {
        this.code = code;
    }

    void mark() {
        for (int pc = 0; pc < code.length(); pc++) {
            if (code.starts(pc)) {
                mark(pc, code.insn(pc));
            }
        }
        code.functionList().forEach(function -> code.prunePoints.set(function.start()));
    }

    private void mark(final int pc, final Insn insn) {
        switch (insn) {
            case Insn.JumpIf _ -> {
                code.prunePoints.set(pc);
                code.prunePoints.set(Code.jumpTarget(pc, insn));
            }
            case Insn.MayGoto _ -> {
                force(pc);
                code.prunePoints.set(Code.jumpTarget(pc, insn));
            }
            case Insn.Jump _ -> code.prunePoints.set(Code.jumpTarget(pc, insn));
            case Insn.FunctionCall _ -> {
                code.prunePoints.set(pc);
                code.prunePoints.set(pc + 1);
            }
            case Insn.HelperCall _, Insn.KfuncCall _ -> {
                final HelperSpec callee = code.calleeAt(pc);
                if (callee != null && (callsBack(callee) || isIteratorNext(callee))) {
                    force(pc);
                    code.prunePoints.set(pc + 1);
                }
            }
            default -> {}
        }
    }

    private void force(final int pc) {
        code.prunePoints.set(pc);
        code.forcedPoints.set(pc);
    }

    /** Whether it calls a function of the program's while the program waits. */
    static boolean callsBack(final HelperSpec callee) {
        return !callee.name().startsWith("timer_")
                && callee.arguments().stream().anyMatch(argument -> argument.type() == ArgumentType.PTR_TO_FUNC);
    }

    static boolean isIteratorNext(final HelperSpec callee) {
        return callee.id() == 0
                && callee.name().startsWith("bpf_iter_")
                && callee.name().endsWith("_next");
    }
}
