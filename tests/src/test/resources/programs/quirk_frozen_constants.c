// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Constants that are fixed when a program is loaded (.rodata): the verifier reads them, so that they bound loops and indices, and code
// for what is switched off need not be right.

#include "packet.h"

struct table {
    __u8 bytes[16];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct table);
} tables SEC(".maps");

const volatile __u32 rounds = 9;
const volatile __u32 slot = 15;
const volatile bool has_feature = false;
const volatile __u64 wide = 0x1234567890ULL;
const volatile __u8 order[4] = {3, 1, 2, 0};
const volatile __s16 negative = -3;

SEC("xdp")
int index_from_constant(struct xdp_md *ctx)
{
    __u32 zero = 0;
    struct table *table = bpf_map_lookup_elem(&tables, &zero);

    if (!table || ctx->data_end - ctx->data < 14)
        return XDP_DROP;
    return table->bytes[slot] ? XDP_TX : XDP_PASS;
}

// The dead branch reads from a number.
SEC("xdp")
int feature_switched_off(struct xdp_md *ctx)
{
    __u64 nowhere = 8;

    barrier_value(nowhere);
    if (has_feature)
        return *(__u32 *)nowhere;
    return ctx->data_end - ctx->data > 20 ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int rounds_from_constant(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    __u32 sum = 0;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < rounds; i++)
        sum += at[i];
    return sum & 1 ? XDP_TX : XDP_PASS;
}

// An index into constants that is not one itself: what is read is any byte of them, no known one.
SEC("xdp")
int any_of_constants(struct xdp_md *ctx)
{
    __u32 zero = 0;
    struct table *table = bpf_map_lookup_elem(&tables, &zero);
    __u8 *at = packet(ctx);

    if (!table || (void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    return table->bytes[order[at[0] & 3] & 15] ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int parts_of_constants(struct xdp_md *ctx)
{
    const volatile __u8 *bytes = (const volatile __u8 *)&wide;
    __u32 zero = 0, index = 12 + negative; // 9
    struct table *table = bpf_map_lookup_elem(&tables, &zero);
    __u64 nowhere = 8;

    barrier_value(nowhere);
    if (!table || ctx->data_end - ctx->data < 14)
        return XDP_DROP;
    if (bytes[1] != 0x78)
        return *(__u32 *)nowhere;
    return table->bytes[index] ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
