package io.xdp4j.tests.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.verifier.Rule;
import io.xdp4j.verifier.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/verifier.md} tells the truth, and misses nothing. */
class VerifierPageTest {

    /** Messages that are others' words: each has an entry all the same, of one such message. */
    private static final Set<String> WORDS_OF_OTHERS = Set.of(
            "message",
            "problem.reason()",
            "proof.code.helpers.refusal(insn.id())",
            "proof.code.helpers.refusal(reference.name())");

    /** What no program can cause, since another check comes first: the verifier is on its guard all the same. */
    private static final List<String> NEVER = List.of(
            // prototypes of the standard helpers say it
            "gives memory of a size that its prototype does not say",
            // the check of the code's structure has it
            "r10 is written, but the frame pointer cannot be changed",
            // said of the second attempt only, whose refusals are not shown
            "the program is too complex to count the turns of its loops");

    static List<PageEntry> entries() {
        return PageEntry.all();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void rejectsTheFirstProgramWithTheMessage(final PageEntry entry) {
        assertThat(entry.verifyRejected()).isInstanceOfSatisfying(Verification.Rejected.class, rejected -> {
            assertThat("pc=" + rejected.pc() + ": " + rejected.reason()).isEqualTo(entry.message());
            assertThat(rejected.rule().label()).isEqualTo(entry.rule());
        });
    }

    @ParameterizedTest
    @MethodSource("entries")
    void acceptsTheMendedProgram(final PageEntry entry) {
        final Verification answer = entry.verifyMended();
        assertThat(answer)
                .as(answer instanceof final Verification.Rejected rejected ? rejected.explanation() : "accepted")
                .isInstanceOf(Verification.Accepted.class);
    }

    @Test
    void everyMessageOfTheSourceIsInThePage() {
        final List<PageEntry> entries = entries();
        final List<String> missing = RefusalSite.all().stream()
                .filter(site -> !WORDS_OF_OTHERS.contains(site.expression()))
                .filter(site -> NEVER.stream().noneMatch(site.expression()::contains))
                .filter(site -> entries.stream()
                        .noneMatch(
                                entry -> site.message().matcher(reason(entry)).matches()))
                .map(RefusalSite::toString)
                .toList();
        assertThat(missing).isEmpty();
    }

    private static String reason(final PageEntry entry) {
        return entry.message().replaceFirst("^pc=\\d+: ", "");
    }

    @Test
    void everySourceMessageHasWordsOfItsOwn() {
        assertThat(RefusalSite.all())
                .hasSizeGreaterThan(100)
                .filteredOn(site -> !WORDS_OF_OTHERS.contains(site.expression()))
                .allSatisfy(site -> assertThat(site.words()).as(site.toString()).isGreaterThan(7));
    }

    @Test
    void everyRuleHasASection() throws IOException {
        final List<String> headings = Files.readAllLines(PageEntry.PAGE).stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3))
                .toList();
        assertThat(headings)
                .containsAll(Arrays.stream(Rule.values()).map(Rule::label).toList());
    }

    @Test
    void findsTheMessagesOfASource() {
        assertThat(RefusalSite.in("A.java", """
            Refusal refuse(final Rule rule, final String message) {}
            void f() {
                throw refuse(Rule.MAP, "a (" + (b ? "x" : "y(") + ") c");
                throw new Refusal(Rule.MAP, pc, write ? "one" : "two " + n);
            }
            """))
                .extracting(RefusalSite::place, site -> site.message().pattern())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("A.java:3", "\\Qa (\\E.*\\Q) c\\E"),
                        org.assertj.core.groups.Tuple.tuple("A.java:4", "\\Qone\\E"),
                        org.assertj.core.groups.Tuple.tuple("A.java:4", "\\Qtwo \\E.*"));
    }
}
