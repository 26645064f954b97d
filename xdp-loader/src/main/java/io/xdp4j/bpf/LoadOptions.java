package io.xdp4j.bpf;

import java.util.List;
import java.util.Map;

/**
 * What to load of an object, and with which changes.
 *
 * @param programs names of the programs to load; empty for all
 * @param maxEntries other sizes for maps, by name
 * @param reuse live maps to use in place of the object's, by name; they stay their owner's. Type, sizes, number of entries
 *     and flags must be what the object would get
 */
public record LoadOptions(List<String> programs, Map<String, Integer> maxEntries, Map<String, BpfMap> reuse) {

    /** Everything, as the object has it. */
    public static final LoadOptions ALL = new LoadOptions(List.of(), Map.of(), Map.of());

    public LoadOptions {
        programs = List.copyOf(programs);
        maxEntries = Map.copyOf(maxEntries);
        reuse = Map.copyOf(reuse);
    }

    /** Only these programs. */
    public static LoadOptions only(final String... programs) {
        return new LoadOptions(List.of(programs), Map.of(), Map.of());
    }
}
