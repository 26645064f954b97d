// SPDX-License-Identifier: Apache-2.0
//
// Objects as they were written for tc and old Cilium: maps as structs, tail calls by section numbers.
// build: legacy.o
// build: legacy-without-types.o -g0

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

// struct bpf_elf_map of iproute2.
struct elf_map {
    __u32 type;
    __u32 size_key;
    __u32 size_value;
    __u32 max_elem;
    __u32 flags;
    __u32 id;
    __u32 pinning;
    __u32 inner_id;
    __u32 inner_idx;
};

#define CALLS 2
#define INNER 7

struct elf_map SEC("maps") calls = {
    .type = BPF_MAP_TYPE_PROG_ARRAY,
    .size_key = 4,
    .size_value = 4,
    .max_elem = 20,
    .id = CALLS,
    .pinning = 1,
};

struct elf_map SEC("maps") inner = {
    .type = BPF_MAP_TYPE_ARRAY,
    .size_key = 4,
    .size_value = 8,
    .max_elem = 1,
    .id = INNER,
    .inner_idx = 3,
};

struct elf_map SEC("maps") outer = {
    .type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
    .size_key = 4,
    .size_value = 4,
    .max_elem = 5,
    .inner_id = INNER,
    .inner_idx = -1,
};

struct flow_key {
    __u64 a;
};

// struct bpf_map_def of libbpf before 1.0.
struct {
    __u32 type;
    __u32 key_size;
    __u32 value_size;
    __u32 max_entries;
    __u32 map_flags;
} flows SEC("maps/flows") = {BPF_MAP_TYPE_HASH, sizeof(struct flow_key), 2, 64, BPF_F_NO_PREALLOC};

struct ____btf_map_flows {
    struct flow_key key;
    short value;
};
struct ____btf_map_flows *SEC("types") flows_types;

// As above, followed by what a later loader may have added, all zero.
struct {
    __u32 type;
    __u32 key_size;
    __u32 value_size;
    __u32 max_entries;
    __u32 map_flags;
    __u32 later[9];
} longer SEC("maps/longer") = {BPF_MAP_TYPE_LRU_HASH, 4, 4, 8, 0, {}};

SEC("2/1")
int tail_one(struct xdp_md *ctx)
{
    (void)ctx;
    return XDP_DROP;
}

SEC("2/0x10")
int tail_sixteen(struct xdp_md *ctx)
{
    (void)ctx;
    return XDP_TX;
}

SEC("9/1")
int tail_of_nothing(struct xdp_md *ctx)
{
    (void)ctx;
    return XDP_TX;
}

SEC("from-netdev")
int entry(struct xdp_md *ctx)
{
    struct flow_key key = {};

    bpf_map_lookup_elem(&flows, &key);
    bpf_map_lookup_elem(&longer, &key);
    bpf_map_lookup_elem(&outer, &key);
    bpf_map_lookup_elem(&inner, &key);
    bpf_tail_call(ctx, &calls, 1);
    return XDP_PASS;
}

char __license[] SEC("license") = "GPL";
