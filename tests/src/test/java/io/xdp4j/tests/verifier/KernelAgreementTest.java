package io.xdp4j.tests.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernel says of each case what the case says that it does. */
class KernelAgreementTest {

    private static final KernelVerifier KERNEL = new KernelVerifier();

    static List<VerifierCase> cases() {
        return CaseFiles.load();
    }

    @BeforeAll
    static void needsBpf() {
        final Optional<String> reason = KernelVerifier.unavailable();
        assumeTrue(reason.isEmpty(), reason.orElse(""));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agrees(final VerifierCase each) {
        final KernelVerdict verdict = KERNEL.verify(each.program(), each.maps());
        assertThat(verdict.accepted())
                .as("%s: the kernel says: %s", each, verdict.reason())
                .isEqualTo(each.kernelAccepts());
    }
}
