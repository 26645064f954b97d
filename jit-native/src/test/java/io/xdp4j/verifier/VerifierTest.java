package io.xdp4j.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.vm.helper.HelperTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerifierTest {

    private static Verification verify(final String source) {
        return Verifier.verify(
                ProgramSpec.of("test", Assembler.assemble(source).code()), Map.of(), HelperTable.standard());
    }

    @Test
    void acceptsPacketReadThatWasCompared() {
        final Verification answer = verify("""
            r2 = *(u32 *)(r1 + 4)
            r1 = *(u32 *)(r1 + 0)
            r3 = r1
            r3 += 14
            r0 = 2
            if r3 > r2 goto +1
            r0 = *(u8 *)(r1 + 13)
            exit
            """);
        assertThat(answer).isInstanceOf(Verification.Accepted.class);
        final Facts facts = ((Verification.Accepted) answer).facts();
        assertThat(facts.describe(6)).isEqualTo("r1=packet of 14");
        assertThat(facts.dead()).isZero();
    }

    @Test
    void saysWhichBytesAreNotProved() {
        final Verification answer = verify("""
            r2 = *(u32 *)(r1 + 4)
            r1 = *(u32 *)(r1 + 0)
            r3 = r1
            r3 += 34
            r0 = 2
            if r3 > r2 goto +1
            r0 = *(u32 *)(r1 + 34)
            exit
            """);
        assertThat(((Verification.Rejected) answer).explanation()).isEqualTo("""
            pc=6: packet byte 34..37 read, but only the first 34 bytes are known to exist: compare data + 38 with data_end first
              rule: packet-bounds
              insn: r0 = *(u32 *)(r1 + 34)
              regs: r1=pkt(r=34)
              path: pc=5 if r3 > r2 goto +1 (not taken)\
            """);
    }

    @Test
    void findsDeadCodeBehindConstants() {
        final Verification answer = verify("""
            r0 = 2
            if r0 == 2 goto +1
            r0 = 1
            exit
            """);
        final Facts facts = ((Verification.Accepted) answer).facts();
        assertThat(facts.describe(1)).isEqualTo("r0=2 always taken");
        assertThat(facts.describe(2)).isEqualTo("dead");
        assertThat(facts.dead()).isOne();
    }

    @Test
    void refusesLoopThatChangesNothing() {
        final Verification answer = verify("""
            r0 = 0
            if r0 == 0 goto -1
            exit
            """);
        assertThat(((Verification.Rejected) answer).rule()).isEqualTo(Rule.LOOP);
        assertThat(((Verification.Rejected) answer).reason())
                .startsWith("the loop does not end: pc=1 is reached again with nothing changed");
    }

    @Test
    void givesUpWhenTheBudgetIsSpent() {
        final Verification answer = Verifier.create()
                .withBudget(1000)
                .check(ProgramSpec.of("test", Assembler.assemble("""
                    r0 = 0
                    r0 += 1
                    if r0 < 100000 goto -2
                    exit
                    """).code()), Map.of(), HelperTable.standard());
        assertThat(((Verification.Rejected) answer).rule()).isEqualTo(Rule.COMPLEXITY);
        assertThat(answer.cost().processed()).isEqualTo(1001);
    }

    @Test
    void logsStatesInTheKernelsStyle() {
        final List<String> lines = new ArrayList<>();
        Verifier.create()
                .withLog(lines::add)
                .check(ProgramSpec.of("test", Assembler.assemble("""
                    r0 = 2
                    exit
                    """).code()), Map.of(), HelperTable.standard());
        assertThat(lines).containsExactly("0: r0 = 2 ; R10=fp0", "1: exit ; R0=2 R10=fp0");
    }

    /** A number that each of many branches changes in its own way, used behind a mask: a path for each combination. */
    private static long[] combinations(final int branches) {
        final StringBuilder source = new StringBuilder("""
            r6 = 0
            *(u64 *)(r10 - 8) = 0
            *(u64 *)(r10 - 16) = 0
            r7 = *(u32 *)(r1 + 16)
            """);
        for (int i = 0; i < branches; i++) {
            source.append("if r7 & ").append(1 << i).append(" goto +1\n");
            source.append("r6 += ").append(1 << i).append('\n');
        }
        return Assembler.assemble(source.append("""
            r6 &= 15
            r2 = r10
            r2 += -16
            r2 += r6
            r0 = *(u8 *)(r2 + 0)
            exit
            """).toString()).code();
    }

    @Test
    void widensNumbersWhenTheBudgetIsSpent() {
        final ProgramSpec spec = ProgramSpec.of("test", combinations(14));
        final Verification answer = Verifier.create().withBudget(5000).check(spec, Map.of(), HelperTable.standard());
        assertThat(answer).isInstanceOf(Verification.Accepted.class);
        assertThat(answer.cost().widened()).isTrue();
        assertThat(answer.cost().processed()).isLessThanOrEqualTo(5000);
        final Verification exact = Verifier.verify(spec, Map.of(), HelperTable.standard());
        assertThat(exact.cost().widened()).isFalse();
        assertThat(exact.cost().processed()).isGreaterThan(5000);
    }

    @Test
    void doesNotWidenWhatOnlyCountingProvesToEnd() {
        final Verification answer = Verifier.create()
                .withBudget(1000)
                .check(ProgramSpec.of("test", Assembler.assemble("""
                    r0 = 0
                    r0 += 1
                    if r0 != 5000 goto -2
                    exit
                    """).code()), Map.of(), HelperTable.standard());
        assertThat(((Verification.Rejected) answer).rule()).isEqualTo(Rule.COMPLEXITY);
    }
}
