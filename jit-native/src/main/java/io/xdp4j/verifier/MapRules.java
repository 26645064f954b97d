package io.xdp4j.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Which helpers go with which kinds of map: {@code check_map_func_compatibility()} in {@code kernel/bpf/verifier.c}, Linux
 * 6.18.
 */
final class MapRules {

    private static final Set<MapType> PLAIN = EnumSet.of(
            MapType.HASH,
            MapType.ARRAY,
            MapType.PERCPU_HASH,
            MapType.PERCPU_ARRAY,
            MapType.LRU_HASH,
            MapType.LRU_PERCPU_HASH,
            MapType.LPM_TRIE);
    private static final Set<MapType> OF_MAPS = EnumSet.of(MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS);
    private static final Set<MapType> DEVICES =
            EnumSet.of(MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.CPUMAP, MapType.XSKMAP);
    private static final Set<MapType> RINGS = EnumSet.of(MapType.RINGBUF);
    private static final Set<MapType> QUEUES = EnumSet.of(MapType.QUEUE, MapType.STACK);
    private static final Set<MapType> PER_CPU =
            EnumSet.of(MapType.PERCPU_ARRAY, MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH);

    private static final Map<String, Set<MapType>> ALLOWED = Map.ofEntries(
            Map.entry(
                    "map_lookup_elem",
                    with(union(PLAIN, OF_MAPS), MapType.DEVMAP, MapType.DEVMAP_HASH, MapType.XSKMAP)),
            Map.entry("map_update_elem", PLAIN),
            Map.entry("map_delete_elem", PLAIN),
            Map.entry("map_push_elem", with(QUEUES, MapType.BLOOM_FILTER)),
            Map.entry("map_pop_elem", QUEUES),
            Map.entry("map_peek_elem", with(QUEUES, MapType.BLOOM_FILTER)),
            Map.entry("map_lookup_percpu_elem", PER_CPU),
            Map.entry("tail_call", EnumSet.of(MapType.PROG_ARRAY)),
            Map.entry("redirect_map", DEVICES),
            Map.entry("perf_event_output", EnumSet.of(MapType.PERF_EVENT_ARRAY)),
            Map.entry("ringbuf_output", RINGS),
            Map.entry("ringbuf_reserve", RINGS),
            Map.entry("ringbuf_query", RINGS),
            Map.entry("ringbuf_reserve_dynptr", RINGS),
            Map.entry("user_ringbuf_drain", EnumSet.of(MapType.USER_RINGBUF)),
            Map.entry("for_each_map_elem", with(PER_CPU, MapType.ARRAY, MapType.HASH, MapType.LRU_HASH)));

    private MapRules() {}

    private static Set<MapType> with(final Set<MapType> types, final MapType... more) {
        final EnumSet<MapType> made = EnumSet.copyOf(types);
        made.addAll(Set.of(more));
        return made;
    }

    private static Set<MapType> union(final Set<MapType> a, final Set<MapType> b) {
        final EnumSet<MapType> made = EnumSet.copyOf(a);
        made.addAll(b);
        return made;
    }

    static void check(final Proof proof, final Call call, final MapSpec map) {
        final Set<MapType> allowed = ALLOWED.get(call.callee.name());
        if (allowed != null && !allowed.contains(map.type())) {
            throw proof.refuse(
                    Rule.MAP,
                    call.name() + " does not go with map " + map.name() + " of type "
                            + map.type().label() + " (it takes "
                            + String.join(
                                    ", ",
                                    allowed.stream()
                                            .map(MapType::label)
                                            .sorted()
                                            .toList())
                            + ")");
        }
        final String name = call.callee.name();
        final boolean changes = name.equals("map_update_elem")
                || name.equals("map_delete_elem")
                || name.equals("map_push_elem")
                || name.equals("map_pop_elem");
        if (changes && ((map.flags() & MapSpec.RDONLY_PROG) != 0 || MapValues.frozen(map))) {
            throw proof.refuse(
                    Rule.READ_ONLY, call.name() + " changes map " + map.name() + ", which programs may only read");
        }
    }

    /** Whether a load may give the address of a byte in the map's only value: {@code array_map_direct_value_addr()}. */
    static void checkAddress(final Proof proof, final MapSpec map, final int offset) {
        if (map.type() != MapType.ARRAY || map.maxEntries() != 1) {
            throw proof.refuse(
                    Rule.MAP,
                    "map " + map.name() + " has no value whose address can be loaded: type="
                            + map.type().label() + ", entries=" + map.maxEntries() + " (an array of one entry has)");
        }
        if (Integer.compareUnsigned(offset, map.valueSize()) >= 0) {
            throw proof.refuse(
                    Rule.MAP_BOUNDS,
                    "address of byte " + Integer.toUnsignedString(offset) + " in the value of map " + map.name()
                            + " is loaded, but the value has " + map.valueSize() + " bytes");
        }
    }
}
