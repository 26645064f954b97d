// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Arrays on the stack with an index that is only bounded: reads and writes at variable offsets, which may hit any of several slots; part
// of a slot that was written whole; whole slots that were written in parts; and memory of variable size for helpers.

#include "packet.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u64);
    __type(value, __u64);
} values SEC(".maps");

#define START(ctx) \
    __u8 *at = packet(ctx); \
\
    if ((void *)(at + 14) > packet_end(ctx)) \
        return XDP_DROP

SEC("xdp")
int histogram(struct xdp_md *ctx)
{
    __u32 counts[8] = {}, most = 0;

    START(ctx);
#pragma clang loop unroll(disable)
    for (int i = 0; i < 14; i++)
        counts[at[i] & 7]++;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 8; i++)
        if (counts[i] > most)
            most = counts[i];
    return most > 4 ? XDP_TX : XDP_PASS;
}

// A number is written whole and read by the byte, at an index.
SEC("xdp")
int byte_of_slot(struct xdp_md *ctx)
{
    __u64 slot = 0x0706050403020100ULL;
    __u8 *bytes = (__u8 *)&slot;

    START(ctx);
    // What clang knows to be aligned it indexes by "or", which nobody may do to a pointer.
    asm volatile("" : "+r"(bytes) : : "memory");
    return bytes[at[0] & 7] & 1 ? XDP_TX : XDP_PASS;
}

// Parts are written, also at an index, and the whole is a key.
SEC("xdp")
int slot_of_bytes(struct xdp_md *ctx)
{
    __u64 key = 0, *value;
    __u8 *bytes = (__u8 *)&key;

    START(ctx);
    asm volatile("" : "+r"(bytes) : : "memory");
    bytes[at[0] & 7] = at[1];
    value = bpf_map_lookup_elem(&values, &key);
    return value ? XDP_TX : XDP_PASS;
}

// As many bytes as the packet says, into the stack, then the rest is as before.
SEC("xdp")
int bytes_of_variable_size(struct xdp_md *ctx)
{
    __u8 copy[16] = {[15] = 9};
    __u32 size;

    START(ctx);
    size = at[0] & 0xf;
    barrier_value(size);
    if (size == 0)
        return XDP_PASS;
    if (bpf_xdp_load_bytes(ctx, 1, copy, size))
        return XDP_DROP;
    return (copy[15] == 9 && copy[0] & 1) ? XDP_TX : XDP_PASS;
}

// From an index on, no further than to the end.
SEC("xdp")
int window_of_stack(struct xdp_md *ctx)
{
    __u8 copy[32] = {};
    __u32 from;

    START(ctx);
    from = at[0] & 0xf;
    if (bpf_xdp_load_bytes(ctx, 0, copy + from, 14))
        return XDP_DROP;
    return copy[(from + 1) & 31] == at[1] ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
