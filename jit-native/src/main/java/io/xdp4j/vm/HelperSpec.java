package io.xdp4j.vm;

import java.util.Arrays;
import java.util.List;

/**
 * A function that programs can call: a helper by number, or a kfunc by name.
 *
 * @param id the helper's number in {@code enum bpf_func_id}; 0 for a kfunc
 * @param name its name without {@code bpf_} for a helper ({@code map_lookup_elem}), in full for a kfunc
 * @param result what it leaves in r0
 * @param arguments what it wants in r1 to r5
 * @param changesPacket whether packet pointers are worthless after it
 * @param function what it does
 */
public record HelperSpec(
        int id,
        String name,
        ReturnType result,
        List<Argument> arguments,
        boolean changesPacket,
        HelperFunction function) {

    public HelperSpec {
        arguments = List.copyOf(arguments);
        if (arguments.size() > 5) {
            throw new IllegalArgumentException(
                    "helper takes too many arguments: name=" + name + ", arguments=" + arguments.size() + " (limit 5)");
        }
    }

    /** A helper by number that leaves the packet alone. */
    public static HelperSpec of(
            final int id,
            final String name,
            final ReturnType result,
            final HelperFunction function,
            final ArgumentType... arguments) {
        return new HelperSpec(
                id, name, result, Arrays.stream(arguments).map(Argument::of).toList(), false, function);
    }
}
