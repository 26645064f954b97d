package io.xdp4j.vm.helper;

import io.xdp4j.vm.HelperFixture;
import io.xdp4j.vm.HelperSpec;

/** Calls helpers and kfuncs of the standard table by name. */
final class Called {

    private Called() {}

    static long helper(final HelperFixture fixture, final String name, final long... arguments) {
        return call(
                fixture,
                StandardHelpers.ALL.stream()
                        .filter(spec -> spec.name().equals(name))
                        .findFirst()
                        .orElseThrow(),
                arguments);
    }

    static long kfunc(final HelperFixture fixture, final String name, final long... arguments) {
        final HelperSpec spec = HelperTable.standard().kfunc(name);
        if (spec == null) {
            throw new IllegalArgumentException("no such kfunc: name=" + name);
        }
        return call(fixture, spec, arguments);
    }

    private static long call(final HelperFixture fixture, final HelperSpec spec, final long... arguments) {
        if (arguments.length != spec.arguments().size()) {
            throw new IllegalArgumentException("wrong number of arguments: name=" + spec.name());
        }
        final long[] r = java.util.Arrays.copyOf(arguments, 5);
        return spec.function().call(fixture.execution(), r[0], r[1], r[2], r[3], r[4]);
    }
}
