// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A BTF map of every type. Expect 19 maps; sizes given by __type and by __uint(key_size); flags, pinning and a
// NUMA node on some. The program writes the frame's second byte under key 1 into each map named by the first byte, and reads it back.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct value {
    __u64 number;
    __u32 more[2];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, struct value);
} array_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 17);
    __type(key, __u32);
    __type(value, struct value);
} hash_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 18);
    __type(key, __u32);
    __type(value, struct value);
} percpu_array_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 19);
    __type(key, __u32);
    __type(value, struct value);
} percpu_hash_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 20);
    __type(key, __u32);
    __type(value, struct value);
} lru_hash_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
    __uint(max_entries, 21);
    __type(key, __u32);
    __type(value, struct value);
} lru_percpu_hash_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 100);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(key_size, 8);
    __uint(value_size, 4);
} lpm_trie_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} prog_array_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} perf_event_array_map SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u32);
} inner_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, __u32);
    __array(values, struct inner);
} array_of_maps_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, __u32);
    __array(values, struct inner);
} hash_of_maps_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct bpf_devmap_val);
} devmap_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} devmap_hash_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct bpf_cpumap_val);
} cpumap_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
} xskmap_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 4);
    __type(value, __u32);
} queue_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_STACK);
    __uint(max_entries, 4);
    __type(value, __u32);
} stack_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} ringbuf_map SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 100);
    __uint(map_extra, 3); // hash functions
    __type(value, __u32);
} bloom_filter_map SEC(".maps");

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

static __always_inline int write_and_read(void *map, __u8 number)
{
    struct value value = {.number = number}, *found;
    __u32 key = 1;

    if (bpf_map_update_elem(map, &key, &value, BPF_ANY))
        return XDP_ABORTED;
    found = bpf_map_lookup_elem(map, &key);
    return found && found->number == number ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp")
int every_map(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2);

    if (!data)
        return XDP_ABORTED;
    switch (data[0]) {
    case 0: return write_and_read(&array_map, data[1]);
    case 1: return write_and_read(&hash_map, data[1]);
    case 2: return write_and_read(&percpu_array_map, data[1]);
    case 3: return write_and_read(&percpu_hash_map, data[1]);
    case 4: return write_and_read(&lru_hash_map, data[1]);
    case 5: return write_and_read(&lru_percpu_hash_map, data[1]);
    default: return XDP_DROP;
    }
}

char LICENSE[] SEC("license") = "GPL";
