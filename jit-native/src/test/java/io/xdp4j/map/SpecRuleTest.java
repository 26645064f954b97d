package io.xdp4j.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.MapType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What specs each type refuses: with the kernel's number, and what to change. */
class SpecRuleTest {

    private final Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        QUEUE        |  4 |       4 |        8 |  0 | EINVAL | queue wants keySize=0 bytes: keySize=4 bytes
        QUEUE        |  0 |       0 |        8 |  0 | EINVAL | queue wants a value: valueSize=0 bytes
        STACK        |  0 |       4 |        0 |  0 | EINVAL | maxEntries=0, allowed: 1 to 2147483647
        STACK        |  0 | 4194305 |        1 |  0 | E2BIG  | valueSize=4194305 bytes, limit=4194304 bytes
        QUEUE        |  0 |       4 |        8 |  1 | EINVAL | queue does not know all of flags=0x1, allowed: 0x19c
        BLOOM_FILTER |  4 |       4 |        8 |  0 | EINVAL | bloom_filter wants keySize=0 bytes: keySize=4 bytes
        BLOOM_FILTER |  0 |       4 |        0 |  0 | EINVAL | maxEntries=0, allowed: 1 to 4294967295
        BLOOM_FILTER |  0 |       4 |        8 |  2 | EINVAL | bloom_filter does not know all of flags=0x2, allowed: 0x1dc
        RINGBUF      |  0 |       0 |     5000 |  0 | EINVAL | size must be a power of two and a multiple of 4096: maxEntries=5000 bytes
        RINGBUF      |  0 |       0 |     2048 |  0 | EINVAL | size must be a power of two and a multiple of 4096: maxEntries=2048 bytes
        RINGBUF      |  0 |       0 |    12288 |  0 | EINVAL | size must be a power of two and a multiple of 4096: maxEntries=12288 bytes
        RINGBUF      |  4 |       0 |     4096 |  0 | EINVAL | ringbuf wants keySize=0 bytes: keySize=4 bytes
        RINGBUF      |  0 |       4 |     4096 |  0 | EINVAL | ringbuf wants valueSize=0 bytes: valueSize=4 bytes
        USER_RINGBUF |  0 |       0 |        0 |  0 | EINVAL | size must be a power of two and a multiple of 4096: maxEntries=0 bytes
        PERF_EVENT_ARRAY | 4 |    8 |        4 |  0 | EINVAL | perf_event_array wants valueSize=4 bytes: valueSize=8 bytes
        DEVMAP       |  8 |       4 |        4 |  0 | EINVAL | devmap wants keySize=4 bytes: keySize=8 bytes
        DEVMAP       |  4 |      12 |        4 |  0 | EINVAL | devmap wants valueSize=4 or 8 bytes: valueSize=12 bytes
        DEVMAP_HASH  |  4 |       4 |        0 |  0 | EINVAL | maxEntries=0, allowed: 1 to 2147483647
        DEVMAP_HASH  |  4 |       4 |        1 |  1 | EINVAL | devmap_hash does not know all of flags=0x1, allowed: 0x1c
        CPUMAP       |  4 |       4 |     8193 |  0 | E2BIG  | maxEntries=8193, allowed: 1 to 8192
        CPUMAP       |  4 |       4 |        4 |  8 | EINVAL | cpumap does not know all of flags=0x8, allowed: 0x4
        XSKMAP       |  4 |       8 |        4 |  0 | EINVAL | xskmap wants valueSize=4 bytes: valueSize=8 bytes
        QUEUE        |  0 |       4 |        8 | 384 | EINVAL | BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other: flags=0x180
        """)
    void refusesInTheKernelsWay(
            final MapType type,
            final int keySize,
            final int valueSize,
            final int maxEntries,
            final int flags,
            final String errno,
            final String remedy) {
        assertThatThrownBy(() -> fixture.map(type, keySize, valueSize, maxEntries, flags))
                .isInstanceOf(MapException.class)
                .hasMessage("map create failed: " + errno + ", map=m (" + remedy + ")");
    }

    @Test
    void refusesMoreThanFifteenBloomHashes() {
        final MapSpec spec = MapSpec.of("seen", MapType.BLOOM_FILTER, 0, 4, 100).withExtra(16);
        assertThatThrownBy(() -> fixture.map(spec))
                .hasMessage(
                        "map create failed: EINVAL, map=seen (mapExtra=16 hash functions, allowed: 0 (for 5) to 15)");
    }

    @Test
    void sizesBloomFiltersAsTheKernel() {
        assertThat(fixture.map(MapType.BLOOM_FILTER, 0, 4, 1, 0).memory()).isEqualTo(8);
        // 1000 * 5 / 5 * 7 = 7000 bits, next power of two 8192
        assertThat(fixture.map(MapType.BLOOM_FILTER, 0, 4, 1000, 0).memory()).isEqualTo(1024);
        assertThat(fixture.map(MapSpec.of("b", MapType.BLOOM_FILTER, 0, 4, 1000).withExtra(1))
                        .memory())
                .isEqualTo(256);
    }
}
