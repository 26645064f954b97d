package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.Codec;
import io.xdp4j.bpf.Codecs;
import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random operations on a map and on a model of it: a {@link HashMap} with the kernel's rules about flags and room. */
final class HashModelTest {

    private static final int OPERATIONS = 100_000;
    private static final int MAX = 300;
    private static final int KEYS = 500;

    private final Map<Integer, Long> model = new HashMap<>();

    @ParameterizedTest
    @CsvSource({"HASH, 0", "HASH, 1", "PERCPU_HASH, 0", "PERCPU_HASH, 1"})
    void behavesAsAHashMapWithTheKernelsRules(final MapType type, final int flags) {
        final Random random = new Random(7);
        try (UserspaceMap map = Fixture.newMap(MapSpec.of("model", type, 4, 8, MAX, flags))) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[map.valueLength()]);
            for (int i = 0; i < OPERATIONS; i++) {
                final int key = random.nextInt(KEYS);
                final UnsafeBuffer keyBytes = Fixture.key(key);
                switch (random.nextInt(8)) {
                    case 0, 1, 2, 3 -> {
                        final long mode = random.nextInt(3);
                        final long content = random.nextLong();
                        fill(value, content);
                        assertThat(map.update(keyBytes, 0, value, 0, mode)).isEqualTo(update(key, content, mode));
                    }
                    case 4, 5 ->
                        assertThat(map.delete(keyBytes, 0)).isEqualTo(model.remove(key) == null ? enoent() : 0);
                    case 6 -> check(map.lookupAndDelete(keyBytes, 0, value, 0), value, model.remove(key));
                    default -> check(map.lookup(keyBytes, 0, value, 0), value, model.get(key));
                }
                if (map.entries() != model.size()) {
                    assertThat(map.entries()).isEqualTo(model.size());
                }
            }
            final Codec<byte[]> all = Codecs.bytes(map.valueLength());
            final Map<Integer, byte[]> snapshot = map.typed(Codecs.U32, all).snapshot();
            assertThat(snapshot.keySet()).isEqualTo(model.keySet());
            snapshot.forEach((key, bytes) -> check(0, new UnsafeBuffer(bytes), model.get(key)));
        }
    }

    private int update(final int key, final long content, final long mode) {
        if (model.containsKey(key)) {
            if (mode == BpfMap.NOEXIST) {
                return Errno.EEXIST.negative();
            }
        } else if (mode == BpfMap.EXIST) {
            return enoent();
        } else if (model.size() == MAX) {
            return Errno.E2BIG.negative();
        }
        model.put(key, content);
        return 0;
    }

    private static int enoent() {
        return Errno.ENOENT.negative();
    }

    private static void fill(final UnsafeBuffer value, final long content) {
        for (int offset = 0; offset < value.capacity(); offset += 8) {
            value.putLong(offset, content + offset);
        }
    }

    private static void check(
            final int error, final UnsafeBuffer value, final @org.jspecify.annotations.Nullable Long content) {
        assertThat(error).isEqualTo(content == null ? enoent() : 0);
        for (int offset = 0; content != null && offset < value.capacity(); offset += 8) {
            assertThat(value.getLong(offset)).isEqualTo(content + offset);
        }
    }
}
