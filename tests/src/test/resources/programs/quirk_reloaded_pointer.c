// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Pointers that are spilled before they are proved: to the packet before the comparison with its end, to a map's value before the
// comparison with null. What is proved of one copy is proved of all, also of those on the stack. (The slots are far below those that clang uses.)

#include "packet.h"

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} values SEC(".maps");

SEC("xdp")
int packet_before_compare(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx), *end = packet_end(ctx);
    __u64 value;

    asm volatile goto(
        "*(u64 *)(r10 - 264) = %[at]; r0 = %[at]; r0 += 14; if r0 > %[end] goto %l[outside]" : : [at] "r"(at), [end] "r"(end) : "r0", "memory" : outside);
    asm volatile("r0 = *(u64 *)(r10 - 264); %[value] = *(u16 *)(r0 + 12)" : [value] "=r"(value) : : "r0", "memory");
    return value == bpf_htons(ETH_P_IP) ? XDP_TX : XDP_PASS;
outside:
    return XDP_DROP;
}

// At a variable offset: the copies have the offset's number in common.
SEC("xdp")
int variable_before_compare(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx), *end = packet_end(ctx);
    __u64 value;

    if ((void *)(at + 14) > (void *)end)
        return XDP_DROP;
    at += at[0] & 0x3f;
    asm volatile goto(
        "*(u64 *)(r10 - 264) = %[at]; r0 = %[at]; r0 += 2; if r0 > %[end] goto %l[outside]" : : [at] "r"(at), [end] "r"(end) : "r0", "memory" : outside);
    asm volatile("r0 = *(u64 *)(r10 - 264); %[value] = *(u16 *)(r0 + 0)" : [value] "=r"(value) : : "r0", "memory");
    return value ? XDP_TX : XDP_PASS;
outside:
    return XDP_DROP;
}

SEC("xdp")
int value_before_null_check(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    __u64 *found, value;
    __u32 key;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    key = at[0];
    found = bpf_map_lookup_elem(&values, &key);
    asm volatile goto("*(u64 *)(r10 - 272) = %[found]; if %[found] == 0 goto %l[absent]" : : [found] "r"(found) : "memory" : absent);
    asm volatile("r0 = *(u64 *)(r10 - 272); %[value] = *(u64 *)(r0 + 0)" : [value] "=r"(value) : : "r0", "memory");
    return value ? XDP_TX : XDP_PASS;
absent:
    return XDP_DROP;
}

// Null is known at the second comparison because of the first, between which the pointer was on the stack.
SEC("xdp")
int null_checked_twice(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    __u64 *found;
    __u32 key, present = 0;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    key = at[0];
    found = bpf_map_lookup_elem(&values, &key);
    if (found)
        present = 1;
    barrier_value(present);
    asm volatile("*(u64 *)(r10 - 280) = %[found]; %[found] = *(u64 *)(r10 - 280)" : [found] "+r"(found) : : "memory");
    if (present) // and not: if (found)
        return *found ? XDP_TX : XDP_PASS;
    return XDP_DROP;
}

// The context itself goes by the stack in any large program.
SEC("xdp")
int reloaded_context(struct xdp_md *ctx)
{
    asm volatile("*(u64 *)(r10 - 288) = %[ctx]; %[ctx] = 0; %[ctx] = *(u64 *)(r10 - 288)" : [ctx] "+r"(ctx) : : "memory");
    return packet(ctx) + 14 > packet_end(ctx) ? XDP_DROP : ctx->rx_queue_index ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
