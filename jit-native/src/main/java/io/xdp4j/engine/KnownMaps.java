package io.xdp4j.engine;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the verifier is told of maps: their shapes, and the contents of those whose contents are sure to stay. Those are the
 * constants that the engine itself puts in and freezes, no others.
 */
final class KnownMaps {

    private KnownMaps() {}

    /** The maps that loading the object makes, or takes in their place. */
    static Map<String, MapSpec> of(
            final BpfObject object, final LoadOptions options, final Map<String, Long> kconfig, final int cpus) {
        final Map<String, MapSpec> known = new LinkedHashMap<>();
        for (final MapSpec declared : object.maps().values()) {
            final BpfMap given = options.reuse().get(declared.name());
            known.put(
                    declared.name(),
                    given != null
                            ? given(declared.name(), given.spec())
                            : made(sized(declared, options, cpus), object, kconfig));
        }
        return known;
    }

    /** Live maps, whose contents may be anything, under the names that a program has for them. */
    static Map<String, MapSpec> of(final Map<String, BpfMap> maps) {
        final Map<String, MapSpec> known = new LinkedHashMap<>();
        maps.forEach((name, map) -> known.put(name, given(name, map.spec())));
        return known;
    }

    /** The declaration with the size that the options or the engine give it. */
    static MapSpec sized(final MapSpec declared, final LoadOptions options, final int cpus) {
        final Integer entries = options.maxEntries().get(declared.name());
        final MapSpec spec = entries == null ? declared : declared.withMaxEntries(entries);
        return spec.type() == MapType.PERF_EVENT_ARRAY && spec.maxEntries() == 0 ? spec.withMaxEntries(cpus) : spec;
    }

    /** Whether the engine fills the map once and lets nobody change it. */
    static boolean constant(final MapSpec spec) {
        return spec.global() == MapSpec.Global.RODATA || spec.global() == MapSpec.Global.KCONFIG;
    }

    private static MapSpec made(final MapSpec spec, final BpfObject object, final Map<String, Long> kconfig) {
        return constant(spec)
                ? spec.withContents(List.of(
                        new MapSpec.Entry.Bytes(new byte[spec.keySize()], GlobalImage.of(spec, object, kconfig))))
                : spec.withContents(List.of());
    }

    private static MapSpec given(final String name, final MapSpec spec) {
        return new MapSpec(
                name,
                spec.type(),
                spec.keySize(),
                spec.valueSize(),
                spec.maxEntries(),
                spec.flags(),
                spec.extra(),
                spec.pinByName(),
                spec.inner(),
                List.of(),
                spec.global(),
                spec.btf(),
                spec.keyType(),
                spec.valueType());
    }
}
