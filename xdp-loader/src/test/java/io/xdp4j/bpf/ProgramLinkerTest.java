package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.insn.InsnSlot;
import io.xdp4j.bpf.insn.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ProgramLinkerTest {

    private final BpfObject object = TestObjects.parse("functions.o");

    private ProgramSpec program(final String name) {
        return TestObjects.program(object, name);
    }

    /** Calls and addresses of functions: {@code 5>leaf}. */
    private static List<String> calls(final ProgramSpec program) {
        final List<String> calls = new ArrayList<>();
        final long[] code = program.code();
        for (int pc = 0; pc < code.length; pc += InsnSlot.isWide(code[pc]) ? 2 : 1) {
            final boolean call = InsnSlot.opcode(code[pc]) == (Opcode.CLASS_JMP | Opcode.CALL)
                    && InsnSlot.src(code[pc]) == Opcode.CALL_SUBPROGRAM;
            if (call || (InsnSlot.isWide(code[pc]) && InsnSlot.src(code[pc]) == Opcode.PSEUDO_FUNC)) {
                final int target = pc + 1 + InsnSlot.imm(code[pc]);
                final Subprogram callee = Objects.requireNonNull(program.subprogram(target));
                assertThat(callee.pc()).isEqualTo(target);
                calls.add(pc + (call ? ">" : "&") + callee.name());
            }
        }
        return calls;
    }

    @Test
    void takesVisibleFunctionsOutsideOfTextAsPrograms() {
        assertThat(object.programs()).containsOnlyKeys("first", "second", "third", "plain");
        assertThat(program("plain").section()).isEqualTo("xdp/plain");
        assertThat(program("plain").code()).containsExactly(0x2_0000_00b4L, 0x95L);
        assertThat(program("plain").license()).isEqualTo("GPL");
    }

    @Test
    void appendsFunctionsOfTheSameSectionAndOfText() {
        assertThat(program("first").subprograms())
                .containsExactly(
                        new Subprogram("first", 0, 7, true),
                        new Subprogram("beside", 7, 6, false),
                        new Subprogram("leaf", 13, 6, false));
        assertThat(calls(program("first"))).containsExactly("1>beside", "4>beside", "10>leaf");
    }

    @Test
    void appendsEachFunctionOnceBehindItsFirstCaller() {
        assertThat(program("second").subprograms())
                .containsExactly(
                        new Subprogram("second", 0, 12, true),
                        new Subprogram("global", 12, 3, true),
                        new Subprogram("middle", 15, 3, false),
                        new Subprogram("leaf", 18, 6, false),
                        new Subprogram("weak", 24, 3, true),
                        new Subprogram("hidden", 27, 6, false));
        assertThat(calls(program("second")))
                .containsExactly("1>global", "4>weak", "8>hidden", "12>middle", "15>leaf", "24>leaf");
    }

    @Test
    void linksFunctionsThatCallEachOther() {
        assertThat(program("third").subprograms())
                .extracting(Subprogram::name)
                .containsExactly("third", "recursive_a", "recursive_b");
        assertThat(calls(program("third"))).containsExactly("1>recursive_a", "6>recursive_b", "12>recursive_a");
    }

    @Test
    void loadsProgramsWithAQuestionMarkOnlyWhenAsked() {
        assertThat(program("third").autoload()).isFalse();
        assertThat(program("third").frags()).isTrue();
        assertThat(program("first").autoload()).isTrue();
    }

    @Test
    void movesReferencesAndLinesWithTheCode() {
        final ProgramSpec second = program("second");
        assertThat(second.references())
                .containsExactly(new Reference.ToMapValue(19, ".bss", 0), new Reference.ToMapValue(28, ".bss", 0));
        assertThat(Objects.requireNonNull(second.line(19)).text()).isEqualTo("    sink = x;");
        assertThat(Objects.requireNonNull(second.line(19)).place()).isEqualTo("./functions.c:13:10");
        assertThat(Objects.requireNonNull(second.line(25)).text()).isEqualTo("    return leaf(x) + 4;");
        assertThat(Objects.requireNonNull(second.line(0)).text()).startsWith("    return global(ctx->rx_queue_index)");
    }

    @Test
    void takesAddressesOfFunctions() {
        final ProgramSpec callback = TestObjects.program(TestObjects.parse("globals.o"), "callback");
        assertThat(callback.subprograms())
                .extracting(Subprogram::name)
                .containsExactly("callback", "each", "scale", "add");
        assertThat(calls(callback)).contains("2&each");
    }

    @Test
    void adjustsRelocatedInstructionsWhereverTheyHaveGone() {
        final BpfObject core = TestObjects.parse("core.o");
        final BpfObject target = TestObjects.parse("core-target.o");
        final ProgramSpec before = TestObjects.program(core, "relocated");
        assertThat(before.coreRelocations()).hasSize(3);
        assertThat(before.coreRelocations().getLast().pc()).isEqualTo(11);
        assertThat(InsnSlot.offset(before.code()[11])).isZero();

        final ProgramSpec after = TestObjects.program(core.relocate(Objects.requireNonNull(target.btf())), "relocated");
        assertThat(after.coreRelocations()).isEmpty();
        assertThat(InsnSlot.offset(after.code()[11])).isEqualTo(8);
        assertThat(after.poisoned()).hasSize(1);
        assertThat(after.poisoned().firstEntry().getValue()).contains("gone");
        assertThat(before.poisoned()).isEmpty();
        assertThat(InsnSlot.offset(before.code()[11])).isZero();
    }

    @Test
    void leavesCodeAsItIsWhenTheTargetIsTheObjectItself() {
        final BpfObject core = TestObjects.parse("core.o");
        final BpfObject same = core.relocate(Objects.requireNonNull(core.btf()));
        assertThat(TestObjects.program(same, "relocated").code())
                .isEqualTo(TestObjects.program(core, "relocated").code());
        assertThat(TestObjects.program(same, "relocated").poisoned()).isEmpty();
    }
}
