// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Longest prefix match, filled by the program "fill": 10.0.0.0/8 = 1 (DROP), 10.1.0.0/16 = 2 (PASS), 10.1.2.3/32 = 3 (TX). "match" takes the
// address from the frame's first four bytes; no match: ABORTED. "forget" deletes 10.1.0.0/16.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct prefix {
    __u32 length;
    __u8 address[4];
};

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 1000);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, __u32);
} routes SEC(".maps");

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

static __always_inline int set(struct prefix prefix, __u32 value)
{
    return bpf_map_update_elem(&routes, &prefix, &value, BPF_ANY);
}

SEC("xdp")
int fill(struct xdp_md *ctx)
{
    (void)ctx;
    if (set((struct prefix){8, {10, 0, 0, 0}}, 1) || set((struct prefix){16, {10, 1, 0, 0}}, 2)
            || set((struct prefix){32, {10, 1, 2, 3}}, 3))
        return XDP_ABORTED;
    return set((struct prefix){33, {10, 1, 2, 3}}, 4) == -22 ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp")
int match(struct xdp_md *ctx)
{
    struct prefix prefix = {.length = 32};
    __u8 *data = bytes(ctx, 4);
    __u32 *value;

    if (!data)
        return XDP_ABORTED;
    __builtin_memcpy(prefix.address, data, 4);
    value = bpf_map_lookup_elem(&routes, &prefix);
    return value ? *value : XDP_ABORTED;
}

SEC("xdp")
int forget(struct xdp_md *ctx)
{
    struct prefix prefix = {16, {10, 1, 0, 0}};

    (void)ctx;
    return bpf_map_delete_elem(&routes, &prefix) ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
