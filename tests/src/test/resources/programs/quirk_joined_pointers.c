// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// One register, several kinds of pointer: from the packet on one path, a map's value or the stack on another, null on a third. The one
// load behind the join is right on each path by itself. And results that are kept in a variable and only looked at later.

#include "packet.h"

struct entry {
    __u8 mac[6];
    __u8 verdict;
    __u8 pad;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, struct entry);
} entries SEC(".maps");

SEC("xdp")
int three_sources(struct xdp_md *ctx)
{
    __u8 local[8] = {1, 2, 3, 4, 5, 6, XDP_TX, 0};
    __u8 *at = packet(ctx);
    const __u8 *source;
    struct entry *entry;
    __u32 key;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    key = at[0];
    entry = bpf_map_lookup_elem(&entries, &key);
    if (entry)
        source = entry->mac;
    else if (key & 1)
        source = local;
    else
        source = at;
    barrier_value(source);
    return source[6] <= XDP_TX ? source[6] : XDP_DROP;
}

#define NOT_FOUND (-2)
#define TOO_SHORT (-5)

static __always_inline int find(struct xdp_md *ctx, struct entry **found)
{
    __u8 *at = packet(ctx);
    __u32 key;

    if ((void *)(at + 14) > packet_end(ctx))
        return TOO_SHORT;
    key = at[0];
    *found = bpf_map_lookup_elem(&entries, &key);
    return *found ? 0 : NOT_FOUND;
}

// The result is compared long after the pointer was left alone.
SEC("xdp")
int late_check(struct xdp_md *ctx)
{
    struct entry *found = 0;
    int result = find(ctx, &found);

    barrier_value(result);
    bpf_ktime_get_ns();
    switch (result) {
    case TOO_SHORT:
        return XDP_DROP;
    case NOT_FOUND:
        return XDP_PASS;
    }
    return found->verdict <= XDP_TX ? found->verdict : XDP_DROP;
}

// A family in a bool, two pointers of which one is null, sizes that go with them.
SEC("xdp")
int family_in_bool(struct xdp_md *ctx)
{
    struct ethhdr *eth = packet(ctx);
    struct ipv6hdr *ip6 = 0;
    struct iphdr *ip4 = 0;
    __u8 copy[16] = {};
    void *address;
    __u32 size;
    bool is_v6;

    if ((void *)(eth + 1) > packet_end(ctx))
        return XDP_DROP;
    is_v6 = eth->h_proto == bpf_htons(ETH_P_IPV6);
    barrier_value(is_v6);
    if (is_v6) {
        ip6 = (void *)(eth + 1);
        if ((void *)(ip6 + 1) > packet_end(ctx))
            return XDP_DROP;
        address = &ip6->saddr;
        size = 16;
    } else {
        ip4 = (void *)(eth + 1);
        if ((void *)(ip4 + 1) > packet_end(ctx))
            return XDP_DROP;
        address = &ip4->saddr;
        size = 4;
    }
    if (bpf_csum_diff(address, size, (void *)copy, size, 0) < 0)
        return XDP_ABORTED;
    if (is_v6)
        return ip6->hop_limit > 1 ? XDP_TX : XDP_DROP;
    return ip4->ttl > 1 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
