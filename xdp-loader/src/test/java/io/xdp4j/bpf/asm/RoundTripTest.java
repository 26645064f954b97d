package io.xdp4j.bpf.asm;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Reference;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.format.SourceLine;
import io.xdp4j.bpf.insn.EveryInsn;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RoundTripTest {

    /** One program of every instruction, so that one listing has them all. */
    private static long[] everything() {
        final List<long[]> all = EveryInsn.slots();
        assertThat(all).hasSizeGreaterThan(20_000);
        return all.stream().flatMapToLong(Arrays::stream).toArray();
    }

    @Test
    void everyInstructionReadsBackAsTheSameSlots() {
        final long[] code = everything();
        assertSameSlots(new Disassembler().text(code), code);
    }

    @Test
    void everyInstructionReadsBackFromAListingWithBytes() {
        final long[] code = everything();
        assertSameSlots(new Disassembler().withBytes().text(code), code);
    }

    @Test
    void everyInstructionReadsBackFromAListingWithLabels() {
        final long[] code = everything();
        assertSameSlots(new Disassembler().withPcs().withLabels(List.of()).text(code), code);
    }

    private static void assertSameSlots(final String text, final long[] code) {
        final Assembly assembly = Assembler.assemble(text);
        final int pc = Arrays.mismatch(assembly.code(), code);
        if (pc >= 0) {
            assertThat(assembly.code()[pc])
                    .as("pc=" + pc + ": " + assembly.lines().get(pc))
                    .isEqualTo(code[pc]);
        }
    }

    @Test
    void slotsThatAreNoInstructionsReadBackToo() {
        final SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 5_000; i++) {
            final long[] code = random.longs(5).toArray();
            assertThat(Assembler.assemble(new Disassembler().text(code)).code()).isEqualTo(code);
            assertThat(Assembler.assemble(
                                    new Disassembler().withLabels(List.of()).text(code))
                            .code())
                    .isEqualTo(code);
        }
    }

    @Test
    void textWithNamesReadsBackAsTheSameText() {
        final String text = """
            main:
            r6 = r1
            r1 = map[ports]
            r2 = map[.bss][0]+16
            r3 = ksym[jiffies?]
            r4 = subprog[callback]
            L9:
            if r6 s> 5 goto L16
            L10:
            w0 = atomic_fetch_or((u32 *)(r10 - 8), w0)
            call map_lookup_elem#1
            call kfunc[bpf_xdp_metadata_rx_hash]
            call callee
            may_goto L10
            gotol L9
            L16:
            exit

            callee:
            r0 = 0x1122334455667788 ll
            callx r4
            exit

            callback:
            .quad 0x00000000000000ff\t; pc=21: unknown opcode: opcode=0xff
            goto callback
            """;
        final Assembly assembly = Assembler.assemble(text);
        assertThat(new Disassembler()
                        .withLabels(assembly.functions())
                        .withReferences(assembly.references())
                        .text(assembly.code()))
                .isEqualTo(text);
        assertThat(assembly.references())
                .containsExactly(
                        new Reference.ToMap(1, "ports"),
                        new Reference.ToMapValue(3, ".bss", 16),
                        new Reference.ToKsym(5, "jiffies", true),
                        new Reference.ToKfunc(12, "bpf_xdp_metadata_rx_hash", false));
        assertThat(assembly.functions())
                .containsExactly(
                        new Subprogram("main", 0, 17, true),
                        new Subprogram("callee", 17, 4, false),
                        new Subprogram("callback", 21, 2, false));
        assertThat(assembly.lines().get(1)).isEqualTo(new SourceLine("", 3, 1, "r1 = map[ports]"));
    }
}
