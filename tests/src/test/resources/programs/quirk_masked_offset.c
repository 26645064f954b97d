// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Variable offsets into the packet: masked before they are added, added twice, scaled, subtracted again, or added after the comparison
// to a range that leaves room for them.

#include "packet.h"

#define START(ctx) \
    __u8 *start = packet(ctx), *end = packet_end(ctx), *at; \
    __u64 offset; \
\
    if ((void *)(start + 14) > (void *)end) \
        return XDP_DROP; \
    offset = start[0]

#define VERDICT(byte) return (byte) ? XDP_TX : XDP_PASS

// header length * 4, as of IPv4
SEC("xdp")
int scaled_nibble(struct xdp_md *ctx)
{
    START(ctx);
    at = start + (offset & 0xf) * 4;
    barrier_value(at);
    if (at + 4 > end)
        return XDP_DROP;
    VERDICT(at[3]);
}

// Two unknown steps before one comparison.
SEC("xdp")
int two_steps(struct xdp_md *ctx)
{
    __u64 second;

    START(ctx);
    second = start[1] & 0x3f;
    at = start + (offset & 0x3f);
    barrier_value(at);
    at += second;
    barrier_value(at);
    if (at + 2 > end)
        return XDP_DROP;
    VERDICT(at[1]);
}

// 64 bytes were proved from the start, but nothing from a pointer with an offset of its own: it is compared anew.
SEC("xdp")
int compared_after(struct xdp_md *ctx)
{
    START(ctx);
    if (start + 64 > end)
        return XDP_DROP;
    at = start + (offset & 0x3f);
    barrier_value(at);
    if (at + 1 > end)
        return XDP_ABORTED;
    VERDICT(at[0]);
}

// Back from where the comparison was.
SEC("xdp")
int constant_back(struct xdp_md *ctx)
{
    START(ctx);
    at = start + (offset & 0x3f) + 20;
    barrier_value(at);
    if (at > end)
        return XDP_DROP;
    VERDICT(at[-20] | at[-1]);
}

// A length that is compared first and never masked.
SEC("xdp")
int compared_length(struct xdp_md *ctx)
{
    START(ctx);
    offset = offset << 8 | start[1];
    barrier_value(offset);
    if (offset > 1400)
        return XDP_DROP;
    at = start + offset;
    barrier_value(at);
    if (at + 8 > end)
        return XDP_DROP;
    VERDICT(*(__u64 *)at == 0);
}

// The packet's length as a number, in 32 bits, as a bound of a copy's length.
SEC("xdp")
int length_as_number(struct xdp_md *ctx)
{
    __u32 length = (char *)packet_end(ctx) - (char *)packet(ctx);
    __u8 copy[32] = {};

    if (length > sizeof(copy))
        length = sizeof(copy);
    barrier_value(length);
    if (length < 1 || length > sizeof(copy))
        return XDP_DROP;
    if (bpf_xdp_load_bytes(ctx, 0, copy, length))
        return XDP_ABORTED;
    VERDICT(copy[31]);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
