package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;
import java.util.concurrent.atomic.LongAdder;

/**
 * A set that answers "perhaps" or "certainly not", sized as {@code kernel/bpf/bloom_filter.c}, Linux 6.18: {@code
 * maxEntries * hashes * 7 / 5} bits, rounded up to a power of two. Bits are only ever set, so readers and writers need no
 * lock. The bit positions come from two hash values by double hashing (Kirsch and Mitzenmacher 2006).
 */
final class BloomFilter extends KeylessMap {

    private static final int DEFAULT_HASHES = 5;
    private static final long MOST_HASHES = 0xf;
    private static final long MOST_BITS = 1L << 32;

    private final NativeArea area;
    private final LongAdder pushed = new LongAdder();
    private final long mask;
    private final long seed;
    private final int hashes;

    BloomFilter(final MapSpec spec, final MapContext context) {
        SpecRule.keySize(spec, 0);
        SpecRule.someValue(spec);
        SpecRule.require(spec.maxEntries() != 0, spec, Errno.EINVAL, "maxEntries=0, allowed: 1 to 4294967295");
        SpecRule.flags(spec, SpecRule.NUMA_NODE | SpecRule.ZERO_SEED | SpecRule.ACCESS);
        SpecRule.require(
                (spec.extra() & ~MOST_HASHES) == 0,
                spec,
                Errno.EINVAL,
                "mapExtra=" + spec.extra() + " hash functions, allowed: 0 (for 5) to 15");
        final int functions = spec.extra() == 0 ? DEFAULT_HASHES : (int) spec.extra();
        this.hashes = functions;
        final long bits = bits(Integer.toUnsignedLong(spec.maxEntries()), functions);
        this.mask = bits - 1;
        super(spec, context, Errno.EOPNOTSUPP);
        this.area = SpecRule.area(spec, bits >>> 3);
        this.seed =
                (spec.flags() & SpecRule.ZERO_SEED) != 0 ? 0 : context.seeds().nextLong();
    }

    private static long bits(final long entries, final int hashes) {
        final long product = entries * hashes;
        final long wanted = product / 5 * 7;
        if (product >= MOST_BITS || wanted > MOST_BITS >>> 1) {
            return MOST_BITS;
        }
        return wanted <= Long.SIZE ? Long.SIZE : Long.highestOneBit(wanted - 1) << 1;
    }

    private long hash(final long value) {
        final int size = spec().valueSize();
        long hash = seed ^ size * 0x9e37_79b9_7f4a_7c15L;
        int offset = 0;
        for (; offset + 4 <= size; offset += 4) {
            hash = mix(hash ^ NativeMemory.getInt(value + offset));
        }
        for (; offset < size; offset++) {
            hash = mix(hash ^ NativeMemory.getByte(value + offset));
        }
        return mix(hash);
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
    private static long mix(final long bits) {
        final long first = (bits ^ bits >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        final long second = (first ^ first >>> 27) * 0x94d0_49bb_1331_11ebL;
        return second ^ second >>> 31;
    }

    @Override
    public int push(final long value, final long flags) {
        if (flags != ANY) {
            return Errno.EINVAL.negative();
        }
        final long first = hash(value);
        final long step = mix(first) | 1;
        for (int i = 0; i < hashes; i++) {
            final long bit = first + i * step & mask;
            NativeMemory.getAndOrLong(area.address() + (bit >>> 6 << 3), 1L << bit);
        }
        pushed.increment();
        return 0;
    }

    @Override
    public int peek(final long value) {
        final long first = hash(value);
        final long step = mix(first) | 1;
        for (int i = 0; i < hashes; i++) {
            final long bit = first + i * step & mask;
            if ((NativeMemory.getLong(area.address() + (bit >>> 6 << 3)) >>> bit & 1) == 0) {
                return Errno.ENOENT.negative();
            }
        }
        return 0;
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        return Errno.EINVAL.negative();
    }

    /** Refused: the question is the value, which {@link #peek(long)} takes. */
    @Override
    protected int readValue(final long key, final long value) {
        return Errno.EINVAL.negative();
    }

    @Override
    protected int writeValue(final long key, final long value, final long flags) {
        return push(value, flags);
    }

    @Override
    public boolean owns(final long address, final int size) {
        return false;
    }

    /** Values pushed so far, repeated ones counted again. */
    @Override
    public long entries() {
        return pushed.sum();
    }

    @Override
    public long memory() {
        return area.length();
    }

    @Override
    protected void free() {
        area.close();
    }
}
