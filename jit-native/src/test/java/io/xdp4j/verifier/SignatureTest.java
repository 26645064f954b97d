package io.xdp4j.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.bpf.btf.BtfLinkage;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.btf.BtfWriter;
import io.xdp4j.vm.helper.HelperTable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Types of global functions that no compiler writes, and that Linux refuses before it looks at a program. */
class SignatureTest {

    private final BtfWriter types = BtfWriter.empty();
    private final int number = types.add(new BtfType.Int("int", 4, BtfType.Int.SIGNED, 0, 32));

    private int prototype(final int parameter) {
        return types.add(new BtfType.FuncProto(number, List.of(new BtfType.Param("p", parameter))));
    }

    /** What is said of a program whose global function {@code take} is of this type. */
    private String refusal(final int type) {
        types.add(new BtfType.Func("take", type, BtfLinkage.GLOBAL));
        final ProgramSpec plain = Assembler.assemble("""
            call take
            exit
            take:
            r0 = 0
            exit
            """).toProgram("main");
        final ProgramSpec typed = new ProgramSpec(
                plain.name(),
                plain.section(),
                plain.type(),
                plain.attachType(),
                plain.frags(),
                plain.license(),
                plain.code(),
                plain.references(),
                plain.subprograms().stream()
                        .map(each -> new Subprogram(each.name(), each.pc(), each.length(), true))
                        .toList(),
                plain.lines(),
                plain.coreRelocations(),
                plain.poisoned(),
                types.toBtf("test"));
        final Verification answer = Verifier.verify(typed, Map.of(), HelperTable.standard());
        return ((Verification.Rejected) answer).reason();
    }

    private void assertUnsized(final int target) {
        assertThat(refusal(prototype(types.add(new BtfType.Ptr(target)))))
                .isEqualTo(
                        "parameter of a global function has to be a number, the context, or a pointer to something of"
                                + " known size: function=take, parameter=p");
    }

    @Test
    void refusesAPointerToAFunction() {
        assertUnsized(prototype(number));
    }

    @Test
    void refusesAPointerToAnArrayOfFunctions() {
        assertUnsized(types.add(new BtfType.Array(prototype(number), number, 4)));
    }

    @Test
    void refusesAPointerToMoreThanTwoGigabytes() {
        assertUnsized(types.add(new BtfType.Array(number, number, 1 << 30)));
    }

    @Test
    void refusesAFunctionWhoseTypeIsANumber() {
        assertThat(refusal(number)).isEqualTo("global function has no type: function=take (compile with -g)");
    }
}
