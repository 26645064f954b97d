// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Maps as struct bpf_map_def in the section "maps", as before BTF. Expect three maps: counts (array, 4 entries),
// flows (hash, 8-byte key, 16-byte value, 100 entries), pinned (percpu array). libbpf 1.x refuses such objects; other loaders take them.
// A byte value below 4 at the start of the frame is counted: odd counts pass, even ones drop.
//
// build: legacy_maps.o
// build: legacy_maps.nodebug.o -g0

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bpf_map_def {
    unsigned int type;
    unsigned int key_size;
    unsigned int value_size;
    unsigned int max_entries;
    unsigned int map_flags;
};

struct bpf_map_def SEC("maps") counts = {
    .type = BPF_MAP_TYPE_ARRAY,
    .key_size = sizeof(__u32),
    .value_size = sizeof(__u64),
    .max_entries = 4,
};

struct bpf_map_def SEC("maps") flows = {
    .type = BPF_MAP_TYPE_HASH,
    .key_size = 8,
    .value_size = 16,
    .max_entries = 100,
    .map_flags = BPF_F_NO_PREALLOC,
};

struct bpf_map_def SEC("maps") per_cpu = {
    .type = BPF_MAP_TYPE_PERCPU_ARRAY,
    .key_size = sizeof(__u32),
    .value_size = sizeof(__u64),
    .max_entries = 1,
};

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 8);
    __u64 value[2] = {1, 2}, key = 0;
    __u64 *counter;
    __u32 index;

    if (!data)
        return XDP_ABORTED;
    index = data[0];
    __builtin_memcpy(&key, data, sizeof(key));
    bpf_map_update_elem(&flows, &key, value, BPF_ANY);
    counter = bpf_map_lookup_elem(&counts, &index);
    if (!counter)
        return XDP_TX;
    *counter += 1;
    index = 0;
    if (!bpf_map_lookup_elem(&per_cpu, &index))
        return XDP_ABORTED;
    return *counter & 1 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
