package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.MapSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Values for global variables given on the command line: {@code NAME=VALUE}, by the variable's type. */
final class Globals {

    private Globals() {}

    /** The object with other initial values of its variables. */
    static BpfObject set(final BpfObject object, final List<String> texts) {
        BpfObject changed = object;
        for (final String text : texts) {
            final String value = LoadingOptions.valueOf(text, "--global");
            final String name = LoadingOptions.nameOf(text);
            final BpfObject.Variable variable = object.variables().get(name);
            if (variable == null) {
                throw new IllegalArgumentException("no such variable: --global " + text + " (there are: "
                        + String.join(", ", object.variables().keySet()) + ")");
            }
            changed = changed.withVariable(name, value(object, variable, value));
        }
        return changed;
    }

    private static byte[] value(final BpfObject object, final BpfObject.Variable variable, final String text) {
        try {
            return new ValueParser(object.btf(), false).parse(text, variable.btfType(), variable.size());
        } catch (final IllegalArgumentException bad) {
            throw new IllegalArgumentException("--global " + variable.name() + ": " + bad.getMessage(), bad);
        }
    }

    /** The text of a variable's initial value; empty where the object does not give one. */
    static Optional<String> initial(final BpfObject object, final BpfObject.Variable variable) {
        final MapSpec map = object.maps().get(variable.map());
        if (map == null
                || map.contents().isEmpty()
                || !(map.contents().getFirst() instanceof final MapSpec.Entry.Bytes image)) {
            return Optional.empty();
        }
        final byte[] bytes = Arrays.copyOfRange(image.value(), variable.offset(), variable.offset() + variable.size());
        return Optional.of(new ValuePrinter(object.btf(), false).print(bytes, variable.btfType()));
    }
}
