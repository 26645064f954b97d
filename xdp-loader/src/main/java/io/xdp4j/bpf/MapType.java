package io.xdp4j.bpf;

import org.jspecify.annotations.Nullable;

/** Kinds of map; the ordinal is the kernel's {@code enum bpf_map_type}, Linux 6.18. */
public enum MapType {
    UNSPEC,
    HASH,
    ARRAY,
    PROG_ARRAY,
    PERF_EVENT_ARRAY,
    PERCPU_HASH,
    PERCPU_ARRAY,
    STACK_TRACE,
    CGROUP_ARRAY,
    LRU_HASH,
    LRU_PERCPU_HASH,
    LPM_TRIE,
    ARRAY_OF_MAPS,
    HASH_OF_MAPS,
    DEVMAP,
    SOCKMAP,
    CPUMAP,
    XSKMAP,
    SOCKHASH,
    CGROUP_STORAGE,
    REUSEPORT_SOCKARRAY,
    PERCPU_CGROUP_STORAGE,
    QUEUE,
    STACK,
    SK_STORAGE,
    DEVMAP_HASH,
    STRUCT_OPS,
    RINGBUF,
    INODE_STORAGE,
    TASK_STORAGE,
    BLOOM_FILTER,
    USER_RINGBUF,
    CGRP_STORAGE,
    ARENA,
    INSN_ARRAY;

    private static final MapType[] VALUES = values();

    /** The type of a kernel number, or null if this release knows none. */
    public static @Nullable MapType of(final int number) {
        return number > 0 && number < VALUES.length ? VALUES[number] : null;
    }

    /** The kernel's number. */
    public int number() {
        return ordinal();
    }

    /** bpftool's name: {@code lru_hash}, {@code percpu_array}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether each CPU has a value of its own. */
    public boolean perCpu() {
        return this == PERCPU_HASH || this == PERCPU_ARRAY || this == LRU_PERCPU_HASH || this == PERCPU_CGROUP_STORAGE;
    }

    /** Whether values are maps. */
    public boolean ofMaps() {
        return this == ARRAY_OF_MAPS || this == HASH_OF_MAPS;
    }
}
