package io.xdp4j.tests.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import io.xdp4j.vm.helper.HelperTable;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our verifier says of each case what the case says. */
class VerifierCasesTest {

    static List<VerifierCase> cases() {
        return CaseFiles.load();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void says(final VerifierCase each) {
        final Verification verification = Verifier.verify(each.program(), each.maps(), HelperTable.standard());
        switch (verification) {
            case Verification.Accepted _ ->
                assertThat(each.accepted()).as("%s: accepted", each).isTrue();
            case Verification.Rejected rejected -> {
                assertThat(each.accepted())
                        .as("%s: %s", each, rejected.message())
                        .isFalse();
                each.message().ifPresent(part -> assertThat(rejected.message()).contains(part));
            }
        }
    }
}
