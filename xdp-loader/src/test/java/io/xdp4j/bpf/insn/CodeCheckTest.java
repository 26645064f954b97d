package io.xdp4j.bpf.insn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CodeCheckTest {

    private static final Insn EXIT = new Insn.Exit();
    private static final Insn WIDE = new Insn.LoadImm64(1, Pseudo.NUMBER, 7, 0);
    private static final Insn ZERO = new Insn.Move(Width.W64, 0, Operand.immediate(0));

    @Test
    void acceptsProgramsOfSeveralFunctions() {
        final Insn[] insns = {new Insn.FunctionCall(2), WIDE, EXIT, ZERO, EXIT};
        assertThat(problem(new Insn.FunctionCall(3), WIDE, EXIT, ZERO, EXIT)).isNull();
        assertThat(problem(insns))
                .isEqualTo("pc=1: function falls off its end: function=0..2"
                        + " (its last instruction must be exit or an unconditional jump)");
        assertThat(CodeCheck.functionStarts(code(new Insn.FunctionCall(3), WIDE, EXIT, ZERO, EXIT)))
                .containsExactly(0, 4);
    }

    @Test
    void findsFunctionsThatAreOnlyReferredTo() {
        final Insn reference = new Insn.LoadImm64(2, Pseudo.FUNCTION, 2, 0);
        assertThat(CodeCheck.functionStarts(code(reference, EXIT, ZERO, EXIT))).containsExactly(0, 3);
    }

    @Test
    void acceptsFunctionsThatEndInAJumpBack() {
        assertThat(problem(ZERO, new Insn.Jump(-2, false))).isNull();
        assertThat(problem(ZERO, new Insn.Jump(-2, true))).isNull();
    }

    @Test
    void rejectsEmptyAndOverlongPrograms() {
        assertThat(problem()).isEqualTo("pc=0: program is empty");
        final CodeProblem problem = CodeCheck.problem(new long[CodeCheck.MAX_SLOTS + 1]);
        assertThat(problem)
                .isEqualTo(new CodeProblem(1_000_000, "program is too long: program=1000001 slots (at most 1000000)"));
    }

    @Test
    void rejectsJumpsOutOfTheProgram() {
        assertThat(problem(new Insn.Jump(1, false), EXIT)).isEqualTo("pc=0: jump out of range: target=2, program=0..1");
        assertThat(problem(new Insn.Jump(-2, false), EXIT))
                .isEqualTo("pc=0: jump out of range: target=-1, program=0..1");
        assertThat(problem(new Insn.Jump(Integer.MAX_VALUE, true), EXIT))
                .isEqualTo("pc=0: jump out of range: target=2147483648, program=0..1");
        assertThat(problem(new Insn.MayGoto(5), EXIT)).isEqualTo("pc=0: jump out of range: target=6, program=0..1");
    }

    @Test
    void rejectsJumpIntoTheMiddleOfLoadImm64() {
        assertThat(problem(new Insn.JumpIf(Condition.EQ, Width.W32, 0, Operand.immediate(0), 1), WIDE, EXIT))
                .isEqualTo("pc=0: jump into the middle of a 64-bit immediate load: target=2");
        assertThat(problem(new Insn.FunctionCall(1), WIDE, EXIT))
                .isEqualTo("pc=0: call into the middle of a 64-bit immediate load: target=2");
    }

    @Test
    void rejectsJumpIntoAnotherFunction() {
        assertThat(problem(new Insn.FunctionCall(2), new Insn.Jump(2, false), EXIT, ZERO, EXIT))
                .isEqualTo("pc=1: jump into another function: target=4, function=0..2");
    }

    @Test
    void rejectsCallsAndFunctionReferencesOutOfTheProgram() {
        assertThat(problem(new Insn.FunctionCall(-2), EXIT))
                .isEqualTo("pc=0: call out of range: target=-1, program=0..1");
        assertThat(problem(new Insn.LoadImm64(1, Pseudo.FUNCTION, 9, 0), EXIT))
                .isEqualTo("pc=0: function reference out of range: target=10, program=0..2");
    }

    @Test
    void rejectsRunningOffTheEnd() {
        assertThat(problem(ZERO))
                .isEqualTo("pc=0: function falls off its end: function=0..0"
                        + " (its last instruction must be exit or an unconditional jump)");
        assertThat(problem(EXIT, new Insn.JumpIf(Condition.EQ, Width.W64, 0, Operand.immediate(0), -2)))
                .startsWith("pc=1: function falls off its end");
    }

    @Test
    void answersWhateverTheSlotsHold() {
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            final long[] code = random.longs(1 + random.nextInt(6)).toArray();
            // opcodes at random fail at once; make some of them plausible
            for (int pc = 0; pc < code.length; pc++) {
                code[pc] = random.nextBoolean() ? code[pc] & 0xffff_0000_0000_07ffL : code[pc] & 0x3_0003_00ffL;
            }
            CodeCheck.problem(code);
        }
    }

    private static long[] code(final Insn... insns) {
        return Encoder.encode(List.of(insns));
    }

    private static @Nullable String problem(final Insn... insns) {
        final CodeProblem problem = CodeCheck.problem(code(insns));
        return problem == null ? null : problem.message();
    }
}
