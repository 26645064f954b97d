package io.xdp4j.verifier;

import io.xdp4j.bpf.insn.Insn;
import io.xdp4j.vm.Argument;
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
        for (final Code.Function function : code.functionList()) {
            code.prunePoints.set(function.start());
        }
    }

    private void mark(final int pc, final Insn insn) {
        switch (insn.form()) {
            case JUMP_IF -> {
                code.prunePoints.set(pc);
                code.prunePoints.set(Code.jumpTarget(pc, insn));
            }
            case MAY_GOTO -> {
                force(pc);
                code.prunePoints.set(Code.jumpTarget(pc, insn));
            }
            case JUMP -> code.prunePoints.set(Code.jumpTarget(pc, insn));
            case FUNCTION_CALL -> {
                code.prunePoints.set(pc);
                code.prunePoints.set(pc + 1);
            }
            case HELPER_CALL, KFUNC_CALL -> {
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
        if (callee.name().startsWith("timer_")) {
            return false;
        }
        for (final Argument argument : callee.arguments()) {
            if (argument.type() == ArgumentType.PTR_TO_FUNC) {
                return true;
            }
        }
        return false;
    }

    static boolean isIteratorNext(final HelperSpec callee) {
        return callee.id() == 0
                && callee.name().startsWith("bpf_iter_")
                && callee.name().endsWith("_next");
    }
}
