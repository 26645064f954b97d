package io.xdp4j.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.elf.ElfFile;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class ObjectMapsTest {

    private static ObjectMaps maps(final int count) {
        final ObjectMaps maps = new ObjectMaps(ElfFile.parse("maps.o", ByteBuffer.wrap(TestObjects.bytes("maps.o"))));
        for (int index = 0; index < count; index++) {
            maps.add(MapSpec.of("m" + index, MapType.ARRAY, 4, 4, 1));
        }
        return maps;
    }

    @Test
    void namesSomeOfVeryManyMaps() {
        assertThat(maps(0).declaredNames()).isEqualTo("none");
        assertThat(maps(32).declaredNames()).startsWith("m0, m1, ").endsWith(", m31");
        assertThat(maps(33).declaredNames()).endsWith(", m31 and 1 more");
        assertThat(maps(10_000).declaredNames()).endsWith(", m31 and 9968 more").hasSizeLessThan(200);
    }
}
