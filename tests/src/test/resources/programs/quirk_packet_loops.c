// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Loops over the packet with a pointer that walks: the compiler makes the pointer itself the counter, and its range grows with each
// round; records of variable length; a loop that ends by what it finds, from the back to the front.

#include "packet.h"

SEC("xdp")
int sum_of_words(struct xdp_md *ctx)
{
    __u16 *at = packet(ctx);
    void *end = packet_end(ctx);
    __u64 sum = 0;

#pragma clang loop unroll(disable)
    for (int i = 0; i < 100; i++, at++) {
        if ((void *)(at + 1) > end)
            break;
        sum += *at;
    }
    return fold(sum) & 1 ? XDP_TX : XDP_PASS;
}

// Ends by "not equal", as compilers like it: the bound is what the counter will meet, not what it stays below.
SEC("xdp")
int until_equal(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    __u32 sum = 0;

    if ((void *)(at + 40) > packet_end(ctx))
        return XDP_DROP;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i != 40; i += 4)
        sum += at[i];
    return sum & 1 ? XDP_TX : XDP_PASS;
}

// Names as DNS has them: a length, then so many bytes, nought at the end.
SEC("xdp")
int labels(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx) + 14;
    void *end = packet_end(ctx);
    __u32 count = 0;

#pragma clang loop unroll(disable)
    for (int i = 0; i < 30; i++) {
        __u32 length;

        if ((void *)(at + 1) > end)
            return XDP_DROP;
        length = *at;
        if (length == 0)
            return count > 2 ? XDP_TX : XDP_PASS;
        if (length > 63)
            return XDP_DROP;
        at += length + 1;
        count++;
    }
    return XDP_DROP;
}

// From the back: a pointer that goes down, to what was proved.
SEC("xdp")
int last_nonzero(struct xdp_md *ctx)
{
    __u8 *start = packet(ctx);

    if ((void *)(start + 32) > packet_end(ctx))
        return XDP_DROP;
#pragma clang loop unroll(disable)
    for (int i = 31; i >= 0; i--)
        if (start[i])
            return i > 15 ? XDP_TX : XDP_PASS;
    return XDP_DROP;
}

// Two loops, the second as long as the first says.
SEC("xdp")
int as_long_as_first(struct xdp_md *ctx)
{
    __u8 *start = packet(ctx);
    __u32 run = 0, sum = 0;

    if ((void *)(start + 24) > packet_end(ctx))
        return XDP_DROP;
#pragma clang loop unroll(disable)
    while (run < 12 && start[run] == start[0])
        run++;
#pragma clang loop unroll(disable)
    for (__u32 i = 0; i < run; i++)
        sum += start[12 + i];
    return sum & 1 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
