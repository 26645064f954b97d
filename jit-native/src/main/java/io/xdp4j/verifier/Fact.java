package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import org.jspecify.annotations.Nullable;

/**
 * What holds at one instruction, whichever path led there. Compilers may rely on it.
 *
 * @param reached whether any path comes here: if not, the instruction is dead
 * @param taken whether a conditional jump is ever taken
 * @param falls whether it is ever not taken
 * @param map the map that a call works on, if it is always the same
 * @param values by register, what is known of those that the instruction reads; null where nothing is
 */
public record Fact(
        boolean reached,
        boolean taken,
        boolean falls,
        @Nullable MapSpec map,
        @Nullable Value[] values) {

    /** What is known of a register that the instruction reads; null if nothing is. */
    public @Nullable Value value(final int register) {
        return values[register];
    }
}
