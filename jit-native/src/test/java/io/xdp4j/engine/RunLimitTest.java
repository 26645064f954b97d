package io.xdp4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.Verdict;
import io.xdp4j.bpf.asm.Assembler;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However a program spends its instructions, it ends within seconds; what the kernel lets run through runs through. */
@Timeout(60)
class RunLimitTest {

    private static final String TOO_LONG = "program ran too long (limit 268435456 instructions)";
    private static final String LONG_WAY = "r0 += 1\n".repeat(30_000);

    @Test
    void endsAJumpBackOverALongWay() {
        endsTooLong("r0 = 0\nloop:\n" + LONG_WAY + "goto loop\n");
    }

    @Test
    void endsLongFunctionsThatAreCalledForever() {
        endsTooLong("loop:\n" + "call far\n".repeat(1000) + "goto loop\nfar:\n" + LONG_WAY + "exit\n");
    }

    @Test
    void endsHelpersThatAreCalledForever() {
        endsTooLong("loop:\n" + "call get_smp_processor_id\n".repeat(10_000) + "goto loop\n");
    }

    @Test
    void endsLongCallbacksOfManyIterations() {
        endsTooLong(loop("r0 = 0\n" + LONG_WAY + "r0 = 0\nexit\n"));
    }

    @Test
    void endsLoopsOfLoops() {
        endsTooLong(loop("""
            r1 = 8388608
            r2 = subprog[inner]
            r3 = 0
            r4 = 0
            call loop
            r0 = 0
            exit
            inner:
            r0 = 0
            exit
            """));
    }

    @Test
    void letsALoopMakeAllIterationsThatTheKernelAllows() {
        final PacketRun run = run(loop("r0 = 0\n".repeat(20) + "exit\n"));
        assertThat(run.fault()).isNull();
        assertThat(run.verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void leavesALoopOverALongWayInGoodOrderByMayGoto() {
        final PacketRun run = run("r0 = 0\nloop:\nmay_goto out\n" + LONG_WAY + "goto loop\nout:\nr0 = 2\nexit\n");
        assertThat(run.fault()).isNull();
        assertThat(run.verdict()).isEqualTo(Verdict.PASS);
    }

    /** A program that calls {@code bpf_loop} with the most iterations and a callback, and passes the packet. */
    private static String loop(final String callback) {
        return """
            r1 = 8388608
            r2 = subprog[body]
            r3 = 0
            r4 = 0
            call loop
            r0 = 2
            exit
            body:
            """ + callback;
    }

    private static PacketRun run(final String assembly) {
        try (UserspaceEngine engine = UserspaceEngine.builder().verify(false).build()) {
            return PacketRun.of(engine, Assembler.assemble(assembly).toProgram("test"), Map.of(), new byte[60]);
        }
    }

    private static void endsTooLong(final String assembly) {
        final PacketRun run = run(assembly);
        assertThat(run.verdict()).isEqualTo(Verdict.ABORTED);
        assertThat(run.fault()).contains(TOO_LONG);
    }
}
