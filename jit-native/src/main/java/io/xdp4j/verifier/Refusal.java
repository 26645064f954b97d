package io.xdp4j.verifier;

/** Ends the proof: the program is refused. Caught by the verifier, which adds source line, registers and path. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final Rule rule;
    private final int pc;

    Refusal(final Rule rule, final int pc, final String message) {
        super(message, null, false, false);
        this.rule = rule;
        this.pc = pc;
    }

    Rule rule() {
        return rule;
    }

    int pc() {
        return pc;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
