package io.xdp4j.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.vm.helper.HelperTable;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SliceBufferTest {

    private static final String DYNPTR = """
        r2 = 0
        r3 = r10
        r3 += -16
        call kfunc[bpf_dynptr_from_xdp]
        r1 = r10
        r1 += -16
        r2 = 0
        """;

    private static Verification verify(final String assembly) {
        final MapSpec table = MapSpec.of("table", MapType.ARRAY, 4, 16, 1);
        return Verifier.verify(
                Assembler.assemble(assembly).toProgram("test"), Map.of("table", table), HelperTable.standard());
    }

    @Test
    void forgetsWhatTheBufferHeld() {
        final Verification answer = verify("*(u64 *)(r10 - 24) = 0\n" + DYNPTR + """
            r3 = r10
            r3 += -24
            r4 = 8
            call kfunc[bpf_dynptr_slice]
            r2 = *(u64 *)(r10 - 24)
            r1 = map[table][0]+0
            r1 += r2
            r0 = *(u8 *)(r1 + 0)
            r0 = 2
            exit
            """);
        assertThat(((Verification.Rejected) answer).reason())
                .isEqualTo("r1 is moved by a number that may be as low as -9223372036854775808 (limit -+2^29: bound it"
                        + " first)");
    }

    @Test
    void takesNoReadOnlyBuffer() {
        final Verification answer = Verifier.verify(
                Assembler.assemble(DYNPTR + """
                    r3 = map[table][0]+0
                    r4 = 8
                    call kfunc[bpf_dynptr_slice_rdwr]
                    r0 = 2
                    exit
                    """).toProgram("test"),
                Map.of("table", MapSpec.of("table", MapType.ARRAY, 4, 16, 1, MapSpec.RDONLY_PROG)),
                HelperTable.standard());
        assertThat(((Verification.Rejected) answer).reason())
                .isEqualTo("a value of map table is written, but programs may only read that map");
    }

    @Test
    void takesNoBufferAtAll() {
        assertThat(verify(DYNPTR + """
            r3 = 0
            r4 = 14
            call kfunc[bpf_dynptr_slice]
            if r0 == 0 goto out
            r0 = *(u8 *)(r0 + 13)
            out:
            r0 = 2
            exit
            """)).isInstanceOf(Verification.Accepted.class);
    }
}
