// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Maps in maps with initial values: the array "by_index" holds first at 0 and second at 2, the hash "by_name" holds second
// under key 0 (libbpf numbers the values of a hash from 0). Inner values start as 0, so that the program first counts up.
// The frame's first byte picks the outer map, the second the key; no inner map: DROP; inner map: its count decides, 1 PASS, 2 TX.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
};

struct inner first SEC(".maps");
struct inner second SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __array(values, struct inner);
} by_index SEC(".maps") = {
    .values = {[0] = &first, [2] = &second},
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __array(values, struct inner);
} by_name SEC(".maps") = {
    .values = {[0] = &second},
};

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int nested(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2);
    __u32 key, zero = 0;
    __u64 *count;
    void *inner;

    if (!data)
        return XDP_ABORTED;
    key = data[1];
    inner = data[0] ? bpf_map_lookup_elem(&by_name, &key) : bpf_map_lookup_elem(&by_index, &key);
    if (!inner)
        return XDP_DROP;
    count = bpf_map_lookup_elem(inner, &zero);
    if (!count)
        return XDP_ABORTED;
    *count += 1;
    return *count == 1 ? XDP_PASS : XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
