package io.xdp4j.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.vm.helper.HelperTable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Maps inside of maps may have the same name, and be others all the same. */
class InnerMapNamesTest {

    private static MapSpec outer(final String name, final int valueSize) {
        final MapSpec inner = MapSpec.of("inner", MapType.ARRAY, 4, valueSize, 1);
        return new MapSpec(name, MapType.ARRAY_OF_MAPS, 4, 4, 4, 0, 0, false, inner, List.of(), null, null, 0, 0);
    }

    @Test
    void looksAtBothWhereTheyMeet() {
        final Verification answer = Verifier.create()
                .withEveryState()
                .check(
                        Assembler.assemble("""
                            *(u64 *)(r10 - 8) = 0
                            call get_prandom_u32
                            r2 = r10
                            r2 += -8
                            if r0 > 7 goto other
                            r1 = map[large]
                            call map_lookup_elem
                            if r0 == 0 goto out
                            r6 = r0
                            goto join
                            other:
                            r1 = map[small]
                            call map_lookup_elem
                            if r0 == 0 goto out
                            r6 = r0
                            join:
                            r1 = r6
                            r2 = r10
                            r2 += -8
                            call map_lookup_elem
                            if r0 == 0 goto out
                            r0 = *(u64 *)(r0 + 48)
                            out:
                            r0 = 2
                            exit
                            """).toProgram("test"),
                        Map.of("large", outer("large", 64), "small", outer("small", 8)),
                        HelperTable.standard());
        assertThat(((Verification.Rejected) answer).reason())
                .isEqualTo("byte 55 of the value of map inner read, but that has 8 bytes");
    }
}
