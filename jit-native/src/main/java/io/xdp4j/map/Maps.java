package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapException;
import io.xdp4j.bpf.MapSpec;

/** Makes maps from their specs. */
public final class Maps {

    private Maps() {}

    /**
     * Makes an empty map and registers it with the engine. The caller owns it.
     *
     * @throws MapException with the error number that the kernel would answer if the spec is not right for its type
     */
    public static UserspaceMap create(final MapSpec spec, final MapContext context) {
        final UserspaceMap map = make(spec, context);
        context.table().add(map);
        return map;
    }

    private static UserspaceMap make(final MapSpec spec, final MapContext context) {
        return switch (spec.type()) {
            case ARRAY, PERCPU_ARRAY -> new ArrayMap(spec, context);
            case HASH, PERCPU_HASH, LRU_HASH, LRU_PERCPU_HASH -> new HashedMap(spec, context);
            case ARRAY_OF_MAPS -> new ArrayOfMaps(spec, context);
            case HASH_OF_MAPS -> new HashOfMaps(spec, context);
            case PROG_ARRAY -> new ProgramArrayMap(spec, context);
            case LPM_TRIE -> new LpmTrie(spec, context);
            case QUEUE, STACK -> new QueueMap(spec, context);
            case BLOOM_FILTER -> new BloomFilter(spec, context);
            case RINGBUF -> new RingBuffer(spec, context);
            case USER_RINGBUF -> new UserRingBuffer(spec, context);
            case PERF_EVENT_ARRAY -> new PerfEventArray(spec, context);
            case DEVMAP -> new DevMap(spec, context);
            case DEVMAP_HASH -> new DevMapHash(spec, context);
            case CPUMAP -> new CpuMap(spec, context);
            case XSKMAP -> new XskMap(spec, context);
            default ->
                throw new MapException(
                        "create",
                        spec.name(),
                        Errno.EOPNOTSUPP.number(),
                        0,
                        "type=" + spec.type().label() + ", not for programs in the JVM");
        };
    }
}
