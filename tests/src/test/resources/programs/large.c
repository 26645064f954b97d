// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A filter as large as the largest datapaths: a parser through VLANs, MPLS, PPPoE, and up to three layers of tunnels (GRE, IP in IP,
// IPv6 in IPv4, VXLAN, Geneve), then some hundreds of rules as code on what is innermost; sources that hit too many rules are limited.

#include "rules.h"

#define MAX_LAYERS 3
#define MAX_TAGS 3
#define MAX_LABELS 4
#define MAX_EXTENSIONS 5
#define AT_MASK 0x7ff

#define SECOND 1000000000ULL

#define ETH_P_PPP_SES 0x8864
#define ETH_P_MPLS_UC 0x8847
#define ETH_P_TEB 0x6558

#define VXLAN_PORT 4789
#define GENEVE_PORT 6081

// Return of a layer's parser besides verdicts' negatives.
enum layer { INNERMOST, DEEPER };

struct state {
    struct facts facts;
    __u32 at;    // of the header to look at next
    __u32 l7;
    __u32 type;  // Ethernet type of what is there
    __u32 next;  // protocol in IP
    __u32 depth; // tunnels gone into
    __u32 is_v6;
    union address source;
};

struct hit_key {
    union address source;
    __u32 rule;
};

struct hits {
    __u64 packets;
    __u64 bytes;
};

struct limiter {
    __u64 since;
    __u64 count;
};

struct sample {
    __u32 rule;
    __u32 depth;
    __u32 length;
    __u32 pad;
};

struct prefix {
    __u32 length;
    union address address;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct state);
} states SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct hit_key);
    __type(value, struct hits);
} hits SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
    __uint(max_entries, 65536);
    __type(key, union address);
    __type(value, struct limiter);
} limiters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 65536);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, __u32);
} trusted SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u32);
    __type(value, __u32);
} verdicts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} samples SEC(".maps");

const volatile __u64 most_hits_a_second = 4;
const volatile __u32 sample_one_in = 16;

// Offsets are read back from memory before each use (see header()).
static __always_inline void *next_header(const struct xdp_md *ctx, const struct state *state, __u32 bytes)
{
    return header(ctx, *(const volatile __u32 *)&state->at, AT_MASK, bytes);
}

static __always_inline void step(struct state *state, __u32 bytes)
{
    *(volatile __u32 *)&state->at += bytes;
}

static __always_inline int parse_link(struct xdp_md *ctx, struct state *state)
{
    struct ethhdr *eth = next_header(ctx, state, sizeof(*eth));
    struct vlan_tag *tag;
    __u8 *label, *ppp;
    bool bottom = false;

    if (!eth)
        return -XDP_DROP;
    state->type = bpf_ntohs(eth->h_proto);
    step(state, sizeof(*eth));
#pragma unroll
    for (int i = 0; i < MAX_TAGS; i++) {
        __u32 type = *(volatile __u32 *)&state->type;

        if (type != ETH_P_8021Q && type != ETH_P_QINQ)
            break;
        tag = next_header(ctx, state, sizeof(*tag));
        if (!tag)
            return -XDP_DROP;
        *(volatile __u32 *)&state->type = bpf_ntohs(tag->type);
        step(state, sizeof(*tag));
    }
    if (*(volatile __u32 *)&state->type == ETH_P_PPP_SES) {
        ppp = next_header(ctx, state, 8);
        if (!ppp)
            return -XDP_DROP;
        // The protocol of PPP, in two bytes.
        if (ppp[6] == 0 && ppp[7] == 0x21)
            state->type = ETH_P_IP;
        else if (ppp[6] == 0 && ppp[7] == 0x57)
            state->type = ETH_P_IPV6;
        else
            return -XDP_PASS;
        step(state, 8);
    }
    if (*(volatile __u32 *)&state->type == ETH_P_MPLS_UC) {
#pragma unroll
        for (int i = 0; i < MAX_LABELS; i++) {
            label = next_header(ctx, state, 4);
            if (!label)
                return -XDP_DROP;
            step(state, 4);
            if (label[2] & 1) {
                bottom = true;
                break;
            }
        }
        if (!bottom)
            return -XDP_PASS;
        // What is below the labels nobody says but its own first bits.
        label = next_header(ctx, state, 1);
        if (!label)
            return -XDP_DROP;
        state->type = *label >> 4 == 4 ? ETH_P_IP : *label >> 4 == 6 ? ETH_P_IPV6 : 0;
    }
    return 0;
}

static __always_inline int parse_network(struct xdp_md *ctx, struct state *state)
{
    __u32 type = *(volatile __u32 *)&state->type;
    struct facts *facts = &state->facts;
    struct ipv6_option *option;
    struct ipv6hdr *ip6;
    struct iphdr *ip4;

    if (type == ETH_P_IP) {
        ip4 = next_header(ctx, state, sizeof(*ip4));
        if (!ip4 || ip4->ihl < 5 || ip4->version != 4)
            return -XDP_DROP;
        if (ip4->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET))
            return -XDP_PASS;
        state->is_v6 = 0;
        address_of_v4(&state->source, ip4->saddr);
        facts->source[3] = bpf_ntohl(ip4->saddr);
        facts->destination[3] = bpf_ntohl(ip4->daddr);
        facts->length = bpf_ntohs(ip4->tot_len);
        facts->ttl = ip4->ttl;
        state->next = ip4->protocol;
        step(state, ip4->ihl * 4);
        return 0;
    }
    if (type != ETH_P_IPV6)
        return -XDP_PASS;
    ip6 = next_header(ctx, state, sizeof(*ip6));
    if (!ip6 || ip6->version != 6)
        return -XDP_DROP;
    state->is_v6 = 1;
    address_of_v6(&state->source, &ip6->saddr);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        facts->source[i] = bpf_ntohl(ip6->saddr.s6_addr32[i]);
        facts->destination[i] = bpf_ntohl(ip6->daddr.s6_addr32[i]);
    }
    facts->length = bpf_ntohs(ip6->payload_len) + sizeof(*ip6);
    facts->ttl = ip6->hop_limit;
    state->next = ip6->nexthdr;
    step(state, sizeof(*ip6));
#pragma unroll
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
        __u32 next = *(volatile __u32 *)&state->next;

        if (next == NEXT_FRAGMENT)
            return -XDP_PASS;
        if (next != NEXT_HOP_BY_HOP && next != NEXT_DESTINATION && next != NEXT_ROUTING)
            break;
        option = next_header(ctx, state, sizeof(*option));
        if (!option)
            return -XDP_DROP;
        *(volatile __u32 *)&state->next = option->next;
        step(state, (option->length + 1) * 8);
    }
    return 0;
}

// The transport header, or a tunnel's: then `type` says what is inside, where `at` stands.
static __always_inline int parse_transport(struct xdp_md *ctx, struct state *state)
{
    struct facts *facts = &state->facts;
    __u32 next = *(volatile __u32 *)&state->next;
    __u32 bytes;
    struct tcphdr *tcp;
    struct udphdr *udp;
    __u8 *tunnel;
    __u16 flags;

    facts->protocol = next;
    switch (next) {
    case IPPROTO_TCP:
        tcp = next_header(ctx, state, sizeof(*tcp));
        if (!tcp)
            return -XDP_DROP;
        facts->source_port = bpf_ntohs(tcp->source);
        facts->destination_port = bpf_ntohs(tcp->dest);
        facts->tcp_flags = ((__u8 *)tcp)[13];
        step(state, tcp->doff * 4);
        return INNERMOST;
    case IPPROTO_UDP:
        udp = next_header(ctx, state, sizeof(*udp));
        if (!udp)
            return -XDP_DROP;
        facts->source_port = bpf_ntohs(udp->source);
        facts->destination_port = bpf_ntohs(udp->dest);
        step(state, sizeof(*udp));
        if (udp->dest == bpf_htons(VXLAN_PORT)) {
            tunnel = next_header(ctx, state, 8);
            if (!tunnel || tunnel[0] != 8)
                return INNERMOST;
            step(state, 8);
            state->type = ETH_P_TEB;
            return DEEPER;
        }
        if (udp->dest == bpf_htons(GENEVE_PORT)) {
            tunnel = next_header(ctx, state, 8);
            if (!tunnel || tunnel[0] >> 6 != 0)
                return INNERMOST;
            state->type = tunnel[2] << 8 | tunnel[3];
            step(state, 8 + (tunnel[0] & 0x3f) * 4);
            return DEEPER;
        }
        return INNERMOST;
    case IPPROTO_GRE:
        tunnel = next_header(ctx, state, 4);
        if (!tunnel)
            return -XDP_DROP;
        flags = tunnel[0] << 8 | tunnel[1];
        if (flags & 0x4007)
            return -XDP_PASS; // routing, or version 1
        bytes = 4;
        bytes += flags & 0x8000 ? 4 : 0;
        bytes += flags & 0x2000 ? 4 : 0;
        bytes += flags & 0x1000 ? 4 : 0;
        state->type = tunnel[2] << 8 | tunnel[3];
        step(state, bytes);
        return DEEPER;
    case IPPROTO_IPIP:
        state->type = ETH_P_IP;
        return DEEPER;
    case IPPROTO_IPV6:
        state->type = ETH_P_IPV6;
        return DEEPER;
    default:
        return -XDP_PASS;
    }
}

static __always_inline int parse_layer(struct xdp_md *ctx, struct state *state, bool outermost)
{
    int result;

    if (outermost || *(volatile __u32 *)&state->type == ETH_P_TEB) {
        result = parse_link(ctx, state);
        if (result < 0)
            return result;
    }
    result = parse_network(ctx, state);
    if (result < 0)
        return result;
    return parse_transport(ctx, state);
}

static __always_inline __u32 match_v4(const struct xdp_md *ctx, const volatile struct facts *facts, __u32 payload)
{
    __u32 rule = 0;

    TWENTY_FIVE(ROUND_V4, 4, 4)
    TWENTY_FIVE(ROUND_V4, 104, 4)
    TWENTY_FIVE(ROUND_V4, 204, 4)
    FIVE(ROUND_V4, 304, 4)
    FIVE(ROUND_V4, 324, 4)
matched:
    return rule;
}

static __always_inline __u32 match_v6(const struct xdp_md *ctx, const volatile struct facts *facts, __u32 payload)
{
    __u32 rule = 0;

    TWENTY_FIVE(ROUND_V6, 2, 2)
    TWENTY_FIVE(ROUND_V6, 52, 2)
    TWENTY_FIVE(ROUND_V6, 102, 2)
matched:
    return rule;
}

static __always_inline bool is_trusted(const struct state *state)
{
    struct prefix prefix = {.length = 128, .address = state->source};

    return bpf_map_lookup_elem(&trusted, &prefix);
}

static __always_inline void count_hit(const struct state *state, __u32 rule)
{
    struct hit_key key = {.source = state->source, .rule = rule};
    struct hits first = {.packets = 1, .bytes = state->facts.length};
    struct hits *hit = bpf_map_lookup_elem(&hits, &key);

    if (hit) {
        hit->packets++;
        hit->bytes += state->facts.length;
    } else {
        bpf_map_update_elem(&hits, &key, &first, BPF_NOEXIST);
    }
}

// False once a source has more hits within a second than it may.
static __always_inline bool within_limit(const struct state *state)
{
    struct limiter first = {.since = bpf_ktime_get_ns(), .count = 1};
    struct limiter *limiter = bpf_map_lookup_elem(&limiters, &state->source);

    if (!limiter) {
        bpf_map_update_elem(&limiters, &state->source, &first, BPF_ANY);
        return true;
    }
    if (first.since - limiter->since > SECOND) {
        *limiter = first;
        return true;
    }
    return ++limiter->count <= most_hits_a_second;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
    __u32 zero = 0, rule, payload, *verdict;
    struct sample sample = {};
    struct state *state;
    int result = DEEPER;

    state = bpf_map_lookup_elem(&states, &zero);
    if (!state)
        return XDP_ABORTED;
    state->at = 0;
    state->facts.source_port = 0;
    state->facts.destination_port = 0;
    state->facts.tcp_flags = 0;
#pragma unroll
    for (int i = 0; i < MAX_LAYERS; i++) {
        state->depth = i;
        result = parse_layer(ctx, state, i == 0);
        if (result < 0)
            return -result;
        if (result == INNERMOST)
            break;
    }
    if (result == DEEPER)
        return XDP_PASS; // more tunnels than we look into
    if (is_trusted(state))
        return XDP_PASS;
    payload = *(volatile __u32 *)&state->at;
    if (*(volatile __u32 *)&state->is_v6)
        rule = match_v6(ctx, &state->facts, payload);
    else
        rule = match_v4(ctx, &state->facts, payload);
    if (!rule)
        return XDP_PASS;
    count_hit(state, rule);
    sample.rule = rule;
    if (sample_one_in && bpf_get_prandom_u32() % sample_one_in == 0) {
        sample.depth = state->depth;
        sample.length = state->facts.length;
        bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU | 64ULL << 32, &sample, sizeof(sample));
    }
    verdict = bpf_map_lookup_elem(&verdicts, &rule);
    if (verdict && *verdict <= XDP_TX)
        return *verdict;
    return within_limit(state) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
