package io.xdp4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.BpfObject;
import io.xdp4j.bpf.LoadOptions;
import io.xdp4j.bpf.LoadedObject;
import io.xdp4j.bpf.MapSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ObjectLoaderTest {

    private final BpfObject firewall = read();
    private final MapSpec declared = Objects.requireNonNull(firewall.maps().get("blocked"));

    private static BpfObject read() {
        try {
            return BpfObject.parse(Path.of("..", "examples", "firewall", "firewall.bpf.o"));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LoadOptions reusing(final BpfMap map, final Map<String, Integer> maxEntries) {
        return new LoadOptions(List.of(), maxEntries, Map.of("blocked", map));
    }

    private static MapSpec withFlags(final MapSpec spec, final int flags) {
        return MapSpec.of(spec.name(), spec.type(), spec.keySize(), spec.valueSize(), spec.maxEntries(), flags);
    }

    @Test
    void takesALiveMapInPlaceOfTheObjects() {
        try (UserspaceEngine engine = UserspaceEngine.create()) {
            final BpfMap map = engine.create(declared);
            try (LoadedObject loaded = engine.load(firewall, reusing(map, Map.of()))) {
                assertThat(loaded.maps().get("blocked")).isSameAs(map);
            }
            final BpfMap smaller = engine.create(declared.withMaxEntries(7));
            try (LoadedObject loaded = engine.load(firewall, reusing(smaller, Map.of("blocked", 7)))) {
                assertThat(loaded.maps().get("blocked")).isSameAs(smaller);
            }
        }
    }

    @Test
    void refusesALiveMapOfAnotherSize() {
        try (UserspaceEngine engine = UserspaceEngine.create()) {
            final BpfMap smaller = engine.create(declared.withMaxEntries(7));
            assertThatThrownBy(() -> engine.load(firewall, reusing(smaller, Map.of())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("map does not fit: map=blocked, declared=lpm_trie(key 8 bytes, value 4 bytes, 1000000"
                            + " entries, flags 0x1), given=lpm_trie(key 8 bytes, value 4 bytes, 7 entries, flags 0x1)");
        }
    }

    @Test
    void refusesALiveMapWithOtherFlags() {
        try (UserspaceEngine engine = UserspaceEngine.create()) {
            final BpfMap readOnly = engine.create(withFlags(declared, declared.flags() | MapSpec.RDONLY_PROG));
            assertThatThrownBy(() -> engine.load(firewall, reusing(readOnly, Map.of())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("map does not fit: map=blocked, declared=lpm_trie(key 8 bytes, value 4 bytes, 1000000"
                            + " entries, flags 0x1), given=lpm_trie(key 8 bytes, value 4 bytes, 1000000 entries,"
                            + " flags 0x81)");
        }
    }
}
