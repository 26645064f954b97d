package io.xdp4j.bpf.insn;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The structure of a whole program: what an engine checks before it runs anything.
 *
 * <p>A program is one array of slots: the main function first, the functions that it calls after it. Every field must be
 * valid (see {@link Decoder}); jumps stay inside their function and do not land in the second slot of a 64-bit immediate
 * load; every function ends with an exit or an unconditional jump, so that none runs into the next. Unreachable code is
 * allowed. Source: {@code check_subprogs()} in {@code kernel/bpf/verifier.c}, Linux 6.18.
 */
public final class CodeCheck {

    /** The longest program, in slots: as many as Linux lets a privileged user load. */
    public static final int MAX_SLOTS = 1_000_000;

    private final long[] code;
    private final BitSet seconds = new BitSet();
    private final BitSet starts = new BitSet();

    private CodeCheck(final long[] code) {
        this.code = code;
    }

    /** The first fault of a program, or null if there is none. */
    public static @Nullable CodeProblem problem(final long[] code) {
        if (code.length == 0) {
            return new CodeProblem(0, "program is empty");
        }
        if (code.length > MAX_SLOTS) {
            return new CodeProblem(
                    MAX_SLOTS, "program is too long: program=" + code.length + " slots (at most " + MAX_SLOTS + ")");
        }
        final CodeCheck check = new CodeCheck(code);
        CodeProblem problem = check.fields();
        if (problem == null) {
            problem = check.functions();
        }
        return problem == null ? check.jumps() : problem;
    }

    /**
     * Where the functions of a program start, ascending, 0 first: the targets of calls and function references.
     *
     * @param code a program that {@link #problem} finds no fault with
     */
    public static int[] functionStarts(final long[] code) {
        final CodeCheck check = new CodeCheck(code);
        final CodeProblem fields = check.fields();
        final CodeProblem problem = fields == null ? check.functions() : fields;
        if (problem != null) {
            throw new InvalidInsnException(problem);
        }
        return check.starts.stream().toArray();
    }

    private @Nullable CodeProblem fields() {
        for (int pc = 0; pc < code.length; pc++) {
            final String problem = FieldCheck.problem(code, pc);
            if (problem != null) {
                return new CodeProblem(pc, problem);
            }
            if (InsnSlot.isWide(code[pc])) {
                seconds.set(++pc);
            }
        }
        return null;
    }

    private @Nullable CodeProblem functions() {
        starts.set(0);
        for (int pc = 0; pc < code.length; pc++) {
            final long slot = code[pc];
            final boolean reference = InsnSlot.isWide(slot) && InsnSlot.src(slot) == Opcode.PSEUDO_FUNC;
            final boolean call = InsnSlot.opcode(slot) == (Opcode.CLASS_JMP | Opcode.CALL)
                    && InsnSlot.src(slot) == Opcode.CALL_SUBPROGRAM;
            if (call || reference) {
                final long target = (long) pc + 1 + InsnSlot.imm(slot);
                final String what = call ? "call" : "function reference";
                if (target < 0 || target >= code.length) {
                    return outside(pc, what, target);
                }
                if (seconds.get((int) target)) {
                    return middle(pc, what, target);
                }
                starts.set((int) target);
            }
        }
        return null;
    }

    private @Nullable CodeProblem jumps() {
        int start = 0;
        int end = end(0);
        int last = 0;
        for (int pc = 0; pc < code.length; pc++) {
            if (pc == end) {
                start = pc;
                end = end(pc);
            }
            if (isJump(code[pc])) {
                final CodeProblem problem = jump(pc, start, end);
                if (problem != null) {
                    return problem;
                }
            }
            last = pc;
            if (InsnSlot.isWide(code[pc])) {
                pc++;
            }
            if (pc + 1 == end && !endsFunction(code[last])) {
                return new CodeProblem(
                        last,
                        "function falls off its end: function=" + start + ".." + (end - 1)
                                + " (its last instruction must be exit or an unconditional jump)");
            }
        }
        return null;
    }

    private int end(final int start) {
        final int next = starts.nextSetBit(start + 1);
        return next < 0 ? code.length : next;
    }

    private @Nullable CodeProblem jump(final int pc, final int start, final int end) {
        final long slot = code[pc];
        final boolean wide = InsnSlot.opcode(slot) == (Opcode.CLASS_JMP32 | Opcode.JA);
        final long target = (long) pc + 1 + (wide ? InsnSlot.imm(slot) : InsnSlot.offset(slot));
        if (target < 0 || target >= code.length) {
            return outside(pc, "jump", target);
        }
        if (target < start || target >= end) {
            return new CodeProblem(
                    pc, "jump into another function: target=" + target + ", function=" + start + ".." + (end - 1));
        }
        return seconds.get((int) target) ? middle(pc, "jump", target) : null;
    }

    private CodeProblem outside(final int pc, final String what, final long target) {
        return new CodeProblem(pc, what + " out of range: target=" + target + ", program=0.." + (code.length - 1));
    }

    private static CodeProblem middle(final int pc, final String what, final long target) {
        return new CodeProblem(pc, what + " into the middle of a 64-bit immediate load: target=" + target);
    }

    private static boolean isJump(final long slot) {
        final int opcode = InsnSlot.opcode(slot);
        final int operation = opcode & Opcode.OPERATION_MASK;
        return switch (opcode & Opcode.CLASS_MASK) {
            case Opcode.CLASS_JMP -> operation != Opcode.CALL && operation != Opcode.EXIT;
            case Opcode.CLASS_JMP32 -> true;
            default -> false;
        };
    }

    private static boolean endsFunction(final long slot) {
        return switch (InsnSlot.opcode(slot)) {
            case Opcode.CLASS_JMP | Opcode.EXIT, Opcode.CLASS_JMP | Opcode.JA, Opcode.CLASS_JMP32 | Opcode.JA -> true;
            default -> false;
        };
    }
}
