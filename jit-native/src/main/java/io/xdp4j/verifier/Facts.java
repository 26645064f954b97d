package io.xdp4j.verifier;

import org.jspecify.annotations.Nullable;

/** What a verification has found out, by instruction, for compilers to rely on. Immutable. */
public final class Facts {

    private final @Nullable Fact[] all;

    Facts(final @Nullable Fact[] all) {
        this.all = all;
    }

    /** What holds at the instruction that starts at a slot; null at the second slot of a 64-bit load. */
    public @Nullable Fact at(final int pc) {
        return all[pc];
    }

    /** How many instructions no path reaches. */
    public int dead() {
        int count = 0;
        for (final Fact fact : all) {
            if (fact != null && !fact.reached()) {
                count++;
            }
        }
        return count;
    }

    /** One instruction's facts in a line: {@code r1=packet+14 of 34 r2=number[0,255]}; {@code dead} if it is. */
    public String describe(final int pc) {
        final Fact fact = all[pc];
        if (fact == null) {
            return "";
        }
        if (!fact.reached()) {
            return "dead";
        }
        final StringBuilder text = new StringBuilder();
        for (int r = 0; r < fact.values().length; r++) {
            final Value value = fact.values()[r];
            if (value != null) {
                text.append(" r").append(r).append('=').append(value);
            }
        }
        if (fact.taken() != fact.falls()) {
            text.append(fact.taken() ? " always taken" : " never taken");
        }
        return text.isEmpty() ? "" : text.substring(1);
    }
}
