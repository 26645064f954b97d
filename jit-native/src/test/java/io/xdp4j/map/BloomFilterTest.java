package io.xdp4j.map;

import static io.xdp4j.map.Fixture.name;
import static org.assertj.core.api.Assertions.assertThat;

import io.xdp4j.bpf.BpfMap;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import io.xdp4j.sys.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BloomFilterTest {

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({"0, 4", "1, 4", "3, 7", "5, 16", "15, 1"})
    void neverForgetsAndSeldomErrs(final int hashes, final int valueSize) {
        final int entries = valueSize == 1 ? 10 : 10_000;
        final UserspaceMap map = fixture.map(MapSpec.of("b", MapType.BLOOM_FILTER, 0, valueSize, entries, 1 << 6)
                .withExtra(hashes));
        final long value = fixture.memory.address();
        for (int i = 0; i < entries; i++) {
            NativeMemory.putInt(value, i);
            assertThat(map.push(value, BpfMap.ANY)).isZero();
        }
        int wrong = 0;
        for (int i = 0; i < (valueSize == 1 ? 200 : 2 * entries); i++) {
            NativeMemory.putInt(value, i);
            final int answer = map.peek(value);
            if (i < entries) {
                assertThat(answer).isZero();
            } else if (answer == 0) {
                wrong++;
            } else {
                assertThat(name(answer)).isEqualTo("ENOENT");
            }
        }
        // 1.4 bits an entry and hash make at most half of the bits set: a miss errs with 2^-hashes.
        final double expected = Math.pow(0.52, hashes == 0 ? 5 : hashes);
        assertThat(wrong).isLessThanOrEqualTo((int) (entries * expected * 1.3) + 1);
        assertThat(map.entries()).isEqualTo(entries);
    }

    @Test
    void answersOtherOperationsAsTheKernel() {
        final UserspaceMap map = fixture.map(MapType.BLOOM_FILTER, 0, 4, 8, 0);
        final long memory = fixture.memory.address();
        assertThat(name(map.push(memory, BpfMap.NOEXIST))).isEqualTo("EINVAL");
        assertThat(name(map.push(memory, BpfMap.EXIST))).isEqualTo("EINVAL");
        assertThat(name(map.pop(memory))).isEqualTo("EOPNOTSUPP");
        assertThat(map.lookup(memory, 0)).isZero();
        assertThat(name(map.update(memory, memory, 0, 0))).isEqualTo("EINVAL");
        assertThat(name(map.delete(memory))).isEqualTo("EOPNOTSUPP");
        assertThat(name(map.nextKey(0, memory))).isEqualTo("EOPNOTSUPP");
        assertThat(Fixture.update(map, 0, BpfMap.ANY, 7)).isEqualTo("OK");
        assertThat(name(map.peek(Fixture.key(7), 0))).isEqualTo("OK");
        assertThat(name(map.peek(Fixture.key(8), 0))).isEqualTo("ENOENT");
    }
}
