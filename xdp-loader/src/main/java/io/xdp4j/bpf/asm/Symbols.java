package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.Reference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Names for an instruction's operands.
 *
 * @param labels name of a jump or call target, by its pc; null prints an offset
 * @param references what the instruction at a pc refers to by name, or null
 */
record Symbols(IntFunction<@Nullable String> labels, IntFunction<@Nullable Reference> references) {

    static final Symbols NONE = new Symbols(_ -> null, _ -> null);
}
