package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.format.ObjectFileException;

/**
 * Any bytes at all as an object file: an object, or one line that says why not. {@code JAZZER_FUZZ=1} looks for more;
 * otherwise the corpus is replayed.
 */
final class BpfObjectFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void readsAnyBytes(final byte[] bytes) {
        try {
            final BpfObject object = BpfObject.parse("any.o", bytes);
            for (final ProgramSpec program : object.programs().values()) {
                assertThat(program.subprograms().getFirst().name()).isEqualTo(program.name());
            }
            final Btf btf = object.btf();
            if (btf != null) {
                object.relocate(btf);
            }
        } catch (final ObjectFileException e) {
            assertThat(e.getMessage()).contains("file=any.o").doesNotContain("\n");
        }
    }
}
