package io.xdp4j.bpf;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A function as it stands in its section, before it is linked with others. */
final class ObjectFunction {

    final String name;
    final CodeSection section;
    final int start;
    final int length;
    final boolean visible;
    final boolean hidden;

    private @Nullable List<ObjectFunction> callees;

    /**
     * Makes a function.
     *
     * @param start its first slot in the section
     * @param length slots
     * @param visible whether its linkage is external
     * @param hidden whether it is visible only to be linked: the verifier then treats it as static
     */
    ObjectFunction(
            final String name,
            final CodeSection section,
            final int start,
            final int length,
            final boolean visible,
            final boolean hidden) {
        this.name = name;
        this.section = section;
        this.start = start;
        this.length = length;
        this.visible = visible;
        this.hidden = hidden;
    }

    /** The functions that it calls or takes the address of, in the order of its code, each once. */
    List<ObjectFunction> callees() {
        List<ObjectFunction> known = callees;
        if (known == null) {
            final Set<ObjectFunction> found = new LinkedHashSet<>();
            for (int slot = start; slot < start + length; slot += section.width(slot)) {
                final ObjectFunction callee = section.callee(slot);
                if (callee != null) {
                    found.add(callee);
                }
            }
            known = new ArrayList<>(found);
            callees = known;
        }
        return known;
    }
}
