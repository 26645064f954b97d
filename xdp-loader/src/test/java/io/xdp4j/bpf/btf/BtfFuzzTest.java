package io.xdp4j.bpf.btf;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Any bytes at all as BTF, BTF.ext, and as the target of a relocation. {@code JAZZER_FUZZ=1} looks for more; otherwise the
 * corpus is replayed.
 */
final class BtfFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void readsAnyBytes(final byte[] bytes) {
        BtfAttempt.types(bytes);
    }

    @FuzzTest(maxDuration = "2m")
    void relocatesToAnyTypes(final byte[] bytes) {
        BtfAttempt.relocation(bytes);
    }

    @FuzzTest(maxDuration = "2m")
    void readsAnyExtension(final byte[] bytes) {
        BtfAttempt.extension(bytes);
    }
}
