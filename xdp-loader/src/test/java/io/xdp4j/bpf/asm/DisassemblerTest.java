package io.xdp4j.bpf.asm;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.format.SourceLine;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DisassemblerTest {

    private static final long[] CODE = Assembler.assemble("""
        r1 = 0x1122334455667788 ll
        if r1 == 0 goto +1
        call pc+1
        exit
        r0 = -1
        exit
        """).code();

    @Test
    void printsPlainLines() {
        assertThat(new Disassembler().text(CODE)).isEqualTo("""
            r1 = 0x1122334455667788 ll
            if r1 == 0 goto +1
            call pc+1
            exit
            r0 = -1
            exit
            """);
    }

    @Test
    void printsBytesAsObjdumpDoes() {
        assertThat(new Disassembler().withBytes().text(CODE)).isEqualTo("""
                   0:\t18 01 00 00 88 77 66 55 00 00 00 00 44 33 22 11\tr1 = 0x1122334455667788 ll
                   2:\t15 01 01 00 00 00 00 00\tif r1 == 0 goto +1
                   3:\t85 10 00 00 01 00 00 00\tcall pc+1
                   4:\t95 00 00 00 00 00 00 00\texit
                   5:\tb7 00 00 00 ff ff ff ff\tr0 = -1
                   6:\t95 00 00 00 00 00 00 00\texit
            """);
    }

    @Test
    void printsLabelsAndSourceLines() {
        final SourceLine first = new SourceLine("a.c", 3, 7, "\tif (x)");
        final Map<Integer, SourceLine> lines = Map.of(
                0, first, 2, first, 4, new SourceLine("a.c", 5, 1, ""), 5, new SourceLine("", 0, 0, "evil\u001b[2J"));
        assertThat(new Disassembler()
                        .withPcs()
                        .withLabels(List.of(new Subprogram("main", 0, 5, true)))
                        .withSource(lines::get)
                        .text(CODE))
                .isEqualTo("""
                    main:
                    ; a.c:3:7: if (x)
                           0:\tr1 = 0x1122334455667788 ll
                           2:\tif r1 == 0 goto L4
                           3:\tcall F5
                    L4:
                    ; a.c:5:1
                           4:\texit

                    F5:
                    ; : evil [2J
                           5:\tr0 = -1
                           6:\texit
                    """);
    }

    @Test
    void givesFunctionsOfOneNameNamesOfTheirOwnAndMakesNamesHarmless() {
        final List<Subprogram> functions = List.of(
                new Subprogram("f\n", 0, 5, true),
                new Subprogram("f_", 5, 2, true),
                new Subprogram("gone", 99, 1, true));
        assertThat(new Disassembler().withLabels(functions).text(CODE)).isEqualTo("""
            f_:
            r1 = 0x1122334455667788 ll
            if r1 == 0 goto L4
            call f__5
            L4:
            exit

            f__5:
            r0 = -1
            exit
            """);
    }

    @Test
    void printsReferences() {
        final List<Reference> references =
                List.of(new Reference.ToMapValue(0, ".rodata", 24), new Reference.ToMap(2, "not a load"));
        assertThat(new Disassembler().withReferences(references).text(CODE))
                .startsWith("r1 = map[.rodata][0]+24\nif r1");
    }

    @Test
    void saysWhyASlotIsNoInstruction() {
        assertThat(new Disassembler().withPcs().text(new long[] {0xffL, 0x18L})).isEqualTo("""
                   0:\t.quad 0x00000000000000ff\t; pc=0: unknown opcode: opcode=0xff
                   1:\t.quad 0x0000000000000018\t; pc=1: 64-bit immediate load has no second slot: program=2 slots
            """);
    }
}
