// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A filter of middling size: Ethernet with a VLAN tag, IPv4 and IPv6, TCP and UDP, and some tens of rules as code. What matched is
// counted per CPU by rule and source.

#include "rules.h"

struct hit_key {
    union address source;
    __u32 rule;
};

struct hits {
    __u64 packets;
    __u64 bytes;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 10000);
    __type(key, struct hit_key);
    __type(value, struct hits);
} hits SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct facts);
} scratch SEC(".maps");

// Rules that are for watching only.
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __u32);
    __type(value, __u32);
} watched SEC(".maps");

static __always_inline __u32 match_v4(const struct xdp_md *ctx, const volatile struct facts *facts, __u32 payload)
{
    __u32 rule = 0;

    FIVE(ROUND_V4, 4, 4)
    FIVE(ROUND_V4, 24, 4)
matched:
    return rule;
}

static __always_inline __u32 match_v6(const struct xdp_md *ctx, const volatile struct facts *facts, __u32 payload)
{
    __u32 rule = 0;

    FIVE(ROUND_V6, 2, 2)
    ROUND_V6(12)
matched:
    return rule;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
    struct ethhdr *eth = header(ctx, 0, 0, sizeof(*eth));
    __u32 l3 = sizeof(*eth), l4, l7, rule, zero = 0, *watch;
    struct hit_key key = {};
    struct facts *facts;
    struct hits first = {}, *hit;
    struct vlan_tag *tag;
    struct ipv6hdr *ip6;
    struct iphdr *ip4;
    struct tcphdr *tcp;
    struct udphdr *udp;
    bool is_v6 = false;
    __be16 type;

    facts = bpf_map_lookup_elem(&scratch, &zero);
    if (!eth || !facts)
        return XDP_DROP;
    facts->source_port = 0;
    facts->destination_port = 0;
    facts->tcp_flags = 0;
    type = eth->h_proto;
    if (type == bpf_htons(ETH_P_8021Q)) {
        tag = header(ctx, l3, 0x1f, sizeof(*tag));
        if (!tag)
            return XDP_DROP;
        type = tag->type;
        l3 += sizeof(*tag);
    }
    if (type == bpf_htons(ETH_P_IP)) {
        ip4 = header(ctx, l3, 0x1f, sizeof(*ip4));
        if (!ip4 || ip4->ihl < 5)
            return XDP_DROP;
        address_of_v4(&key.source, ip4->saddr);
        facts->source[3] = bpf_ntohl(ip4->saddr);
        facts->destination[3] = bpf_ntohl(ip4->daddr);
        facts->length = bpf_ntohs(ip4->tot_len);
        facts->protocol = ip4->protocol;
        facts->ttl = ip4->ttl;
        l4 = l3 + ip4->ihl * 4;
    } else if (type == bpf_htons(ETH_P_IPV6)) {
        ip6 = header(ctx, l3, 0x1f, sizeof(*ip6));
        if (!ip6)
            return XDP_DROP;
        is_v6 = true;
        address_of_v6(&key.source, &ip6->saddr);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            facts->source[i] = bpf_ntohl(ip6->saddr.s6_addr32[i]);
            facts->destination[i] = bpf_ntohl(ip6->daddr.s6_addr32[i]);
        }
        facts->length = bpf_ntohs(ip6->payload_len) + sizeof(*ip6);
        facts->protocol = ip6->nexthdr;
        facts->ttl = ip6->hop_limit;
        l4 = l3 + sizeof(*ip6);
    } else {
        return XDP_PASS;
    }
    switch (facts->protocol) {
    case IPPROTO_TCP:
        tcp = header(ctx, l4, 0x7f, sizeof(*tcp));
        if (!tcp)
            return XDP_DROP;
        facts->source_port = bpf_ntohs(tcp->source);
        facts->destination_port = bpf_ntohs(tcp->dest);
        facts->tcp_flags = ((__u8 *)tcp)[13];
        l7 = l4 + tcp->doff * 4;
        break;
    case IPPROTO_UDP:
        udp = header(ctx, l4, 0x7f, sizeof(*udp));
        if (!udp)
            return XDP_DROP;
        facts->source_port = bpf_ntohs(udp->source);
        facts->destination_port = bpf_ntohs(udp->dest);
        l7 = l4 + sizeof(*udp);
        break;
    default:
        return XDP_PASS;
    }
    barrier_value(is_v6);
    rule = is_v6 ? match_v6(ctx, facts, l7) : match_v4(ctx, facts, l7);
    if (!rule)
        return XDP_PASS;
    key.rule = rule;
    hit = bpf_map_lookup_elem(&hits, &key);
    if (hit) {
        hit->packets++;
        hit->bytes += facts->length;
    } else {
        first.packets = 1;
        first.bytes = facts->length;
        bpf_map_update_elem(&hits, &key, &first, BPF_NOEXIST);
    }
    watch = bpf_map_lookup_elem(&watched, &rule);
    return watch ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
