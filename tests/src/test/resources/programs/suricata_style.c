// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// The filter in front of an intrusion detector: flows that it has seen enough of are dropped here (or, between two ports, forwarded),
// counted per CPU so that the detector can report them; everything else goes to a core chosen by a hash that both directions share.
// IPv6 extension headers are walked in a loop that the verifier bounds, not the compiler; GRE and IP in IP are hashed by what is inside.
//
// build: suricata_style.o
// build: suricata_style.v1.o -mcpu=v1

#include "packet.h"

#define MAX_EXTENSIONS 8
#define MAX_CPUS 128

struct flow_v4 {
    __be32 source;
    __be32 destination;
    __be16 port[2];
    __u8 protocol;
    __u8 pad;
    __u16 vlan[2];
    __u16 pad2;
};

struct flow_v6 {
    __be32 source[4];
    __be32 destination[4];
    __be16 port[2];
    __u8 protocol;
    __u8 pad;
    __u16 vlan[2];
    __u16 pad2;
};

struct pair {
    __u64 packets;
    __u64 bytes;
};

struct gre {
    __be16 flags;
    __be16 protocol;
};

#define GRE_CHECKSUM 0x8000
#define GRE_ROUTING 0x4000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 32768);
    __type(key, struct flow_v4);
    __type(value, struct pair);
} flow_table_v4 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 32768);
    __type(key, struct flow_v6);
    __type(value, struct pair);
} flow_table_v6 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, MAX_CPUS);
    __type(key, __u32);
    __type(value, __u32);
} cpu_map SEC(".maps");

// The cores to use, in the first `cpu_count` places.
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, MAX_CPUS);
    __type(key, __u32);
    __type(value, __u32);
} cpus SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} cpu_count SEC(".maps");

// The port that bypassed flows of a port go out of, if the detector stands between two.
struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} peers SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} inline_port SEC(".maps");

// Symmetric in the two ends: their order must not matter, so that a flow's directions meet on one core.
static __always_inline int to_core(struct xdp_md *ctx, __u32 hash)
{
    __u32 zero = 0, slot, *count, *core;

    (void)ctx;
    count = bpf_map_lookup_elem(&cpu_count, &zero);
    if (!count || !*count)
        return XDP_PASS;
    slot = hash % *count;
    core = bpf_map_lookup_elem(&cpus, &slot);
    if (!core)
        return XDP_ABORTED;
    return bpf_redirect_map(&cpu_map, *core, 0);
}

static __always_inline __u32 hash_v4(__be32 source, __be32 destination, __u32 seed)
{
    return hash3(source + destination, seed, source ^ destination);
}

static __always_inline __u32 hash_v6(const struct in6_addr *source, const struct in6_addr *destination)
{
    __u32 sum = 0, difference = 0;

#pragma unroll
    for (int i = 0; i < 4; i++) {
        sum += source->s6_addr32[i] + destination->s6_addr32[i];
        difference ^= rotate(source->s6_addr32[i] ^ destination->s6_addr32[i], i + 1);
    }
    return hash3(sum, 0, difference);
}

static __always_inline int bypass(struct xdp_md *ctx, struct pair *flow)
{
    __u32 zero = 0, *port;

    flow->packets++;
    flow->bytes += packet_end(ctx) - packet(ctx);
    port = bpf_map_lookup_elem(&inline_port, &zero);
    if (port && *port)
        return bpf_redirect_map(&peers, *port, XDP_PASS);
    return XDP_DROP;
}

// False if the header is not whole. ICMP and others have no ports.
static __always_inline bool read_ports(void *l4, void *end, __u8 protocol, __be16 *port)
{
    struct ports *ports = l4;

    if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP) {
        port[0] = 0;
        port[1] = 0;
        return true;
    }
    if (l4 + (protocol == IPPROTO_TCP ? sizeof(struct tcphdr) : sizeof(struct udphdr)) > end)
        return false;
    port[0] = ports->source;
    port[1] = ports->destination;
    return true;
}

// The hash of the addresses inside a tunnel that starts at `at`; the outer hash if it cannot be told.
static __always_inline __u32 hash_inside(void *at, void *end, __u16 protocol, __u32 otherwise)
{
    struct ipv6hdr *ip6 = at;
    struct iphdr *ip4 = at;

    if (protocol == ETH_P_IP) {
        if ((void *)(ip4 + 1) > end)
            return otherwise;
        return hash_v4(ip4->saddr, ip4->daddr, 0);
    }
    if (protocol == ETH_P_IPV6) {
        if ((void *)(ip6 + 1) > end)
            return otherwise;
        return hash_v6(&ip6->saddr, &ip6->daddr);
    }
    return otherwise;
}

static __always_inline __u32 hash_gre(void *at, void *end, __u32 otherwise)
{
    struct gre *gre = at;
    __u32 bytes = sizeof(*gre);
    __u16 flags;

    if ((void *)(gre + 1) > end)
        return otherwise;
    flags = bpf_ntohs(gre->flags);
    if (flags & GRE_ROUTING)
        return otherwise;
    if (flags & GRE_CHECKSUM)
        bytes += 4;
    if (flags & GRE_KEY)
        bytes += 4;
    if (flags & GRE_SEQUENCE)
        bytes += 4;
    return hash_inside(at + bytes, end, bpf_ntohs(gre->protocol), otherwise);
}

static __always_inline int filter_ipv4(struct xdp_md *ctx, void *data, __u16 vlan0, __u16 vlan1)
{
    void *end = packet_end(ctx);
    struct iphdr *ip = data;
    struct flow_v4 key = {};
    struct pair *flow;
    __u32 hash;
    void *l4;

    if ((void *)(ip + 1) > end || ip->ihl < 5)
        return XDP_PASS;
    l4 = data + ip->ihl * 4;
    barrier_value(l4);
    hash = hash_v4(ip->saddr, ip->daddr, 0);
    if (ip->protocol == IPPROTO_GRE)
        return to_core(ctx, hash_gre(l4, end, hash));
    if (ip->protocol == IPPROTO_IPIP)
        return to_core(ctx, hash_inside(l4, end, ETH_P_IP, hash));
    if (ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET))
        return to_core(ctx, hash);
    key.protocol = ip->protocol;
    key.source = ip->saddr;
    key.destination = ip->daddr;
    key.vlan[0] = vlan0;
    key.vlan[1] = vlan1;
    if (!read_ports(l4, end, ip->protocol, key.port))
        return XDP_PASS;
    flow = bpf_map_lookup_elem(&flow_table_v4, &key);
    if (flow)
        return bypass(ctx, flow);
    return to_core(ctx, hash);
}

static __always_inline int filter_ipv6(struct xdp_md *ctx, void *data, __u16 vlan0, __u16 vlan1)
{
    void *end = packet_end(ctx);
    struct ipv6hdr *ip = data;
    struct flow_v6 key = {};
    struct ipv6_option *option;
    struct pair *flow;
    __u32 hash;
    __u8 next;
    void *l4;

    if ((void *)(ip + 1) > end)
        return XDP_PASS;
    hash = hash_v6(&ip->saddr, &ip->daddr);
    next = ip->nexthdr;
    l4 = ip + 1;
    // Not unrolled: the verifier runs it to its bound.
#pragma clang loop unroll(disable)
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
        if (next != NEXT_HOP_BY_HOP && next != NEXT_DESTINATION && next != NEXT_ROUTING)
            break;
        option = l4;
        if ((void *)(option + 1) > end)
            return XDP_PASS;
        next = option->next;
        l4 += (option->length + 1) * 8;
    }
    if (next == NEXT_FRAGMENT)
        return to_core(ctx, hash);
    key.protocol = next;
    __builtin_memcpy(key.source, &ip->saddr, 16);
    __builtin_memcpy(key.destination, &ip->daddr, 16);
    key.vlan[0] = vlan0;
    key.vlan[1] = vlan1;
    barrier_value(l4);
    if (!read_ports(l4, end, next, key.port))
        return XDP_PASS;
    flow = bpf_map_lookup_elem(&flow_table_v6, &key);
    if (flow)
        return bypass(ctx, flow);
    return to_core(ctx, hash);
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
    void *end = packet_end(ctx);
    struct ethhdr *eth = packet(ctx);
    struct vlan_tag *tag;
    __u16 vlan0 = 0, vlan1 = 0;
    void *at = eth + 1;
    __be16 type;

    if (at > end)
        return XDP_PASS;
    type = eth->h_proto;
    if (type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_QINQ)) {
        tag = at;
        at = tag + 1;
        if (at > end)
            return XDP_PASS;
        vlan0 = bpf_ntohs(tag->tci) & 0xfff;
        type = tag->type;
        if (type == bpf_htons(ETH_P_8021Q)) {
            tag = at;
            at = tag + 1;
            if (at > end)
                return XDP_PASS;
            vlan1 = bpf_ntohs(tag->tci) & 0xfff;
            type = tag->type;
        }
    }
    if (type == bpf_htons(ETH_P_IP))
        return filter_ipv4(ctx, at, vlan0, vlan1);
    if (type == bpf_htons(ETH_P_IPV6))
        return filter_ipv6(ctx, at, vlan0, vlan1);
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
