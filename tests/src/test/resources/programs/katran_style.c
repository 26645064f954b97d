// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A layer-4 balancer that keeps its choices by itself: rings of consistent hashing, and for each core a least-recently-used table of
// flows, in an array of maps. QUIC goes by the connection id, which the servers choose; ICMP errors go where the inner packet's flow
// goes. What is for a real server travels in IP in IP or in GUE, over IPv4 or IPv6; pings of a virtual address are answered here, and
// what is too large for the tunnel is answered by an ICMP error.

#include "packet.h"

#define MAX_VIPS 512
#define MAX_REALS 4096
#define MAX_CORES 128
#define RING_SIZE 4099 // a prime
#define FLOWS_PER_CORE 4096

#define VIP_SOURCE_HASH 1 // choose by the client alone, not its port
#define VIP_NO_LRU 2
#define VIP_QUIC 4
#define VIP_ANY_PORT 8
#define VIP_GUE 16

#define REAL_IPV6 1

#define GUE_PORT 6080
#define UDP_FLOW_LIFETIME 30000000000ULL
#define MAX_TUNNELLED 1480 // bytes of an inner IPv4 packet
#define ICMP_TOO_BIG_BYTES 98

#define QUIC_LONG_HEADER 0x80
#define QUIC_TYPE 0x30
#define QUIC_INITIAL 0x00
#define QUIC_0RTT 0x10
#define QUIC_MIN_ID_BYTES 8

// Why a packet went its way: index into `totals`, above the numbers of VIPs.
enum total {
    TOTAL_LRU_HIT = MAX_VIPS,
    TOTAL_LRU_MISS,
    TOTAL_FALLBACK_LRU,
    TOTAL_QUIC_ROUTED,
    TOTAL_QUIC_INITIAL,
    TOTAL_QUIC_BAD_ID,
    TOTAL_ICMP_ERROR,
    TOTAL_TOO_BIG,
    TOTAL_PING,
    TOTAL_FRAGMENT,
    TOTAL_COUNT,
};

const volatile __be32 tunnel_source = bpf_htonl(0xac10c0de); // 172.16.192.222: /16, the rest spreads flows
const volatile __u8 tunnel_source6[16] = {0x01, [12] = 0xc0, [13] = 0xde, [14] = 0, [15] = 1};
const volatile __u8 router_mac[6] = {2, 0, 0, 0, 0, 0xfe};

struct vip_key {
    union address address;
    __be16 port;
    __u8 protocol;
    __u8 pad;
};

struct vip {
    __u32 flags;
    __u32 number;
};

struct real {
    union address address;
    __u32 flags;
};

struct flow {
    union address source;
    union address destination;
    union {
        __u32 ports;
        __be16 port[2]; // source, destination
    };
    __u32 protocol;
};

struct choice {
    __u64 used;
    __u32 real;
    __u32 pad;
};

struct total_value {
    __u64 packets;
    __u64 bytes;
};

// What is known of the packet.
struct parsed {
    struct flow flow;
    __u32 bytes; // of the IP packet
    __u32 l4;
    __u32 real;
    __u8 flags;
    __u8 tos;
    bool icmp; // the flow is that of the packet in an ICMP error
    bool is_v6;
    bool syn;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, MAX_VIPS);
    __type(key, struct vip_key);
    __type(value, struct vip);
} vips SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, MAX_VIPS *RING_SIZE);
    __type(key, __u32);
    __type(value, __u32);
} rings SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, MAX_REALS);
    __type(key, __u32);
    __type(value, struct real);
} reals SEC(".maps");

struct flow_table {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, FLOWS_PER_CORE);
    __type(key, struct flow);
    __type(value, struct choice);
};

// The first core's; whoever loads the object makes those of the others.
struct flow_table flows_of_core_0 SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, MAX_CORES);
    __type(key, __u32);
    __array(values, struct flow_table);
} flows_by_core SEC(".maps") = {
    .values = {&flows_of_core_0},
};

// For a core without a table of its own.
struct flow_table fallback_flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 65536);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, __u32);
    __type(value, __u32);
} quic_servers SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, TOTAL_COUNT);
    __type(key, __u32);
    __type(value, struct total_value);
} totals SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, MAX_REALS);
    __type(key, __u32);
    __type(value, struct total_value);
} totals_by_real SEC(".maps");

static __always_inline void add(void *map, __u32 index, __u32 bytes)
{
    struct total_value *total = bpf_map_lookup_elem(map, &index);

    if (total) {
        total->packets++;
        total->bytes += bytes;
    }
}

// The ring's place of a flow, from two rounds of mixing. With source hashing the ports take no part.
static __always_inline __u32 place(const struct parsed *packet, bool source_only)
{
    const struct flow *flow = &packet->flow;

    if (source_only)
        return hash_flow(&flow->source, &flow->source, 0, RING_SIZE) % RING_SIZE;
    return hash_flow(&flow->source, &flow->source, flow->ports, RING_SIZE) % RING_SIZE;
}

// The ports, and whether a TCP segment begins a flow. Of the packet in an ICMP error the source is our side: swap.
static __always_inline bool parse_ports(const struct xdp_md *ctx, struct parsed *packet)
{
    __be16 source, destination;
    struct ports *ports;
    struct tcphdr *tcp;

    if (packet->flow.protocol == IPPROTO_TCP && !packet->icmp) {
        tcp = header(ctx, packet->l4, 0x7f, sizeof(*tcp));
        if (!tcp)
            return false;
        packet->syn = tcp->syn;
        packet->flow.port[0] = tcp->source;
        packet->flow.port[1] = tcp->dest;
        return true;
    }
    if (packet->flow.protocol != IPPROTO_TCP && packet->flow.protocol != IPPROTO_UDP)
        return false;
    ports = header(ctx, packet->l4, 0x7f, sizeof(struct udphdr));
    if (!ports)
        return false;
    source = ports->source;
    destination = ports->destination;
    // Read both first: clang would make of a choice between them an offset of twice the bool, which no verifier bounds.
    barrier_value(source);
    barrier_value(destination);
    packet->flow.port[0] = packet->icmp ? destination : source;
    packet->flow.port[1] = packet->icmp ? source : destination;
    return true;
}

static __always_inline void swap_ethernet(struct ethhdr *eth)
{
    __u8 mac[ETH_ALEN];

    __builtin_memcpy(mac, eth->h_source, ETH_ALEN);
    __builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
    __builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
}

static __always_inline int answer_ping_v4(struct xdp_md *ctx)
{
    struct ethhdr *eth = packet(ctx);
    struct iphdr *ip = (void *)(eth + 1);
    struct icmp *icmp = (void *)(ip + 1);
    __be32 address;

    if ((void *)(icmp + 1) > packet_end(ctx))
        return XDP_DROP;
    swap_ethernet(eth);
    address = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = address;
    icmp->type = ICMP_ECHOREPLY;
    checksum_replace2(&icmp->checksum, bpf_htons(ICMP_ECHO << 8), bpf_htons(ICMP_ECHOREPLY << 8));
    return XDP_TX;
}

static __always_inline int answer_ping_v6(struct xdp_md *ctx)
{
    struct ethhdr *eth = packet(ctx);
    struct ipv6hdr *ip = (void *)(eth + 1);
    struct icmp *icmp = (void *)(ip + 1);
    struct in6_addr address;

    if ((void *)(icmp + 1) > packet_end(ctx))
        return XDP_DROP;
    swap_ethernet(eth);
    address = ip->saddr;
    ip->saddr = ip->daddr;
    ip->daddr = address;
    icmp->type = ICMPV6_ECHO_REPLY;
    checksum_replace2(&icmp->checksum, bpf_htons(ICMPV6_ECHO_REQUEST << 8), bpf_htons(ICMPV6_ECHO_REPLY << 8));
    return XDP_TX;
}

// Negative: go on. Otherwise the verdict.
static __always_inline int parse_ipv4(struct xdp_md *ctx, struct parsed *parsed)
{
    struct iphdr *ip = header(ctx, sizeof(struct ethhdr), 0x1f, sizeof(*ip));
    struct icmp *icmp;

    if (!ip)
        return XDP_DROP;
    // Options are rare enough not to be worth a variable offset.
    if (ip->ihl != 5)
        return XDP_DROP;
    if (ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET)) {
        add(&totals, TOTAL_FRAGMENT, 0);
        return XDP_DROP;
    }
    parsed->bytes = bpf_ntohs(ip->tot_len);
    parsed->tos = ip->tos;
    parsed->l4 = sizeof(struct ethhdr) + sizeof(*ip);
    if (ip->protocol == IPPROTO_ICMP) {
        icmp = (void *)(ip + 1);
        if ((void *)(icmp + 1) > packet_end(ctx))
            return XDP_DROP;
        if (icmp->type == ICMP_ECHO) {
            add(&totals, TOTAL_PING, parsed->bytes);
            return answer_ping_v4(ctx);
        }
        if (icmp->type != ICMP_DEST_UNREACH && icmp->type != ICMP_TIME_EXCEEDED)
            return XDP_PASS;
        ip = (void *)(icmp + 1);
        if ((void *)(ip + 1) > packet_end(ctx) || ip->ihl != 5)
            return XDP_DROP;
        parsed->icmp = true;
        parsed->l4 += sizeof(*icmp) + sizeof(*ip);
        add(&totals, TOTAL_ICMP_ERROR, parsed->bytes);
    }
    // Of the inner packet the virtual address is the source: seen from the client, it is the destination.
    address_of_v4(&parsed->flow.source, parsed->icmp ? ip->daddr : ip->saddr);
    address_of_v4(&parsed->flow.destination, parsed->icmp ? ip->saddr : ip->daddr);
    parsed->flow.protocol = ip->protocol;
    return -1;
}

static __always_inline int parse_ipv6(struct xdp_md *ctx, struct parsed *parsed)
{
    struct ipv6hdr *ip = header(ctx, sizeof(struct ethhdr), 0x1f, sizeof(*ip));
    struct icmp *icmp;

    if (!ip)
        return XDP_DROP;
    parsed->bytes = bpf_ntohs(ip->payload_len) + sizeof(*ip);
    parsed->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
    parsed->l4 = sizeof(struct ethhdr) + sizeof(*ip);
    if (ip->nexthdr == NEXT_FRAGMENT) {
        add(&totals, TOTAL_FRAGMENT, 0);
        return XDP_DROP;
    }
    if (ip->nexthdr == IPPROTO_ICMPV6) {
        icmp = (void *)(ip + 1);
        if ((void *)(icmp + 1) > packet_end(ctx))
            return XDP_DROP;
        if (icmp->type == ICMPV6_ECHO_REQUEST) {
            add(&totals, TOTAL_PING, parsed->bytes);
            return answer_ping_v6(ctx);
        }
        if (icmp->type != ICMPV6_PKT_TOOBIG && icmp->type != ICMPV6_DEST_UNREACH)
            return XDP_PASS;
        ip = (void *)(icmp + 1);
        if ((void *)(ip + 1) > packet_end(ctx))
            return XDP_DROP;
        parsed->icmp = true;
        parsed->l4 += sizeof(*icmp) + sizeof(*ip);
        add(&totals, TOTAL_ICMP_ERROR, parsed->bytes);
    }
    address_of_v6(&parsed->flow.source, parsed->icmp ? &ip->daddr : &ip->saddr);
    address_of_v6(&parsed->flow.destination, parsed->icmp ? &ip->saddr : &ip->daddr);
    parsed->flow.protocol = ip->nexthdr;
    return -1;
}

// The number of the server that a connection id carries, 0 if it has none. Version 1 has 16 bits after the two of the version,
// version 2 has 24 in the bytes after the first.
static __always_inline __u32 server_of(const __u8 *id)
{
    switch (id[0] >> 6) {
    case 1:
        return (__u32)(id[0] & 0x3f) << 10 | id[1] << 2 | id[2] >> 6;
    case 2:
        return (__u32)id[1] << 16 | id[2] << 8 | id[3];
    default:
        return 0;
    }
}

// The real server that a QUIC packet names, 0 if it names none.
static __always_inline __u32 route_quic(struct xdp_md *ctx, const struct parsed *parsed)
{
    __u32 offset = parsed->l4 + sizeof(struct udphdr);
    __u8 *quic = header(ctx, offset, 0x7f, 1 + QUIC_MIN_ID_BYTES);
    __u32 server, *real;
    __u8 *id;

    if (!quic)
        return 0;
    if (quic[0] & QUIC_LONG_HEADER) {
        // flags, version (4), length of the destination's id, the id
        quic = header(ctx, offset, 0x7f, 6 + QUIC_MIN_ID_BYTES);
        if (!quic)
            return 0;
        // A client's first packets have an id of its own making.
        if ((quic[0] & QUIC_TYPE) == QUIC_INITIAL || (quic[0] & QUIC_TYPE) == QUIC_0RTT) {
            add(&totals, TOTAL_QUIC_INITIAL, parsed->bytes);
            return 0;
        }
        if (quic[5] < QUIC_MIN_ID_BYTES)
            return 0;
        id = quic + 6;
    } else {
        id = quic + 1;
    }
    server = server_of(id);
    real = server ? bpf_map_lookup_elem(&quic_servers, &server) : 0;
    if (!real || !*real) {
        add(&totals, TOTAL_QUIC_BAD_ID, parsed->bytes);
        return 0;
    }
    add(&totals, TOTAL_QUIC_ROUTED, parsed->bytes);
    return *real;
}

static __always_inline bool known_flow(void *flows, struct parsed *parsed)
{
    struct choice *choice = bpf_map_lookup_elem(flows, &parsed->flow);
    __u64 now;

    if (!choice)
        return false;
    if (parsed->flow.protocol == IPPROTO_UDP) {
        now = bpf_ktime_get_ns();
        if (now - choice->used > UDP_FLOW_LIFETIME)
            return false;
        choice->used = now;
    }
    parsed->real = choice->real;
    add(&totals, TOTAL_LRU_HIT, parsed->bytes);
    return true;
}

static __always_inline bool choose(struct parsed *parsed, const struct vip *vip, void *flows)
{
    bool remember = !(vip->flags & VIP_NO_LRU) && !parsed->icmp;
    struct choice choice = {};
    __u32 index, *real;

    index = vip->number * RING_SIZE + place(parsed, vip->flags & VIP_SOURCE_HASH);
    real = bpf_map_lookup_elem(&rings, &index);
    if (!real || !*real)
        return false;
    parsed->real = *real;
    if (remember) {
        if (parsed->flow.protocol == IPPROTO_UDP)
            choice.used = bpf_ktime_get_ns();
        choice.real = *real;
        bpf_map_update_elem(flows, &parsed->flow, &choice, BPF_ANY);
    }
    return true;
}

static __always_inline void new_ethernet(struct ethhdr *eth, const struct ethhdr *old, __u16 type)
{
    __builtin_memcpy(eth->h_source, old->h_dest, ETH_ALEN);
#pragma unroll
    for (int i = 0; i < ETH_ALEN; i++)
        eth->h_dest[i] = router_mac[i];
    eth->h_proto = bpf_htons(type);
}

static __always_inline void new_ipv4(
    struct iphdr *ip, const struct parsed *parsed, const struct real *real, __u8 protocol, __u32 bytes)
{
    ip->version = 4;
    ip->ihl = 5;
    ip->tos = parsed->tos;
    ip->tot_len = bpf_htons(bytes + sizeof(*ip));
    ip->id = 0;
    ip->frag_off = 0;
    ip->ttl = 64;
    ip->protocol = protocol;
    ip->check = 0;
    // The servers' network cards hash on addresses: let the source differ by flow.
    ip->saddr = (tunnel_source & bpf_htonl(0xffff0000)) | (parsed->flow.port[0] ^ parsed->flow.source.word[3]) << 16;
    ip->daddr = real->address.word[3];
    ip->check = ipv4_checksum(ip);
}

static __always_inline void new_ipv6(
    struct ipv6hdr *ip, const struct parsed *parsed, const struct real *real, __u8 protocol, __u32 bytes)
{
    ip->version = 6;
    ip->priority = parsed->tos >> 4;
    ip->flow_lbl[0] = parsed->tos << 4;
    ip->flow_lbl[1] = 0;
    ip->flow_lbl[2] = 0;
    ip->payload_len = bpf_htons(bytes);
    ip->nexthdr = protocol;
    ip->hop_limit = 64;
#pragma unroll
    for (int i = 0; i < 16; i++)
        ip->saddr.s6_addr[i] = tunnel_source6[i];
    ip->saddr.s6_addr32[3] ^= parsed->flow.source.word[3] ^ parsed->flow.port[0];
    __builtin_memcpy(ip->daddr.s6_addr, real->address.byte, 16);
}

static __always_inline void new_udp(struct udphdr *udp, const struct parsed *parsed, __u32 bytes)
{
    udp->source = bpf_htons(0x4000) | ((parsed->flow.port[0] ^ (__u16)parsed->flow.source.word[3]) & bpf_htons(0x3fff));
    udp->dest = bpf_htons(GUE_PORT);
    udp->len = bpf_htons(bytes);
    udp->check = 0;
}

// Room for an outer header before the IP packet. Every pointer into the packet is stale afterwards; null if there is no room.
static __always_inline struct ethhdr *make_room(struct xdp_md *ctx, __u32 bytes, struct ethhdr *old)
{
    struct ethhdr *eth = packet(ctx);

    if ((void *)(eth + 1) > packet_end(ctx))
        return 0;
    *old = *eth;
    if (bpf_xdp_adjust_head(ctx, -(int)bytes))
        return 0;
    eth = packet(ctx);
    if ((void *)(eth + 1) + bytes > packet_end(ctx))
        return 0;
    return eth;
}

static __always_inline int encapsulate(
    struct xdp_md *ctx, const struct parsed *parsed, const struct vip *vip, const struct real *real)
{
    bool outer_v6 = real->flags & REAL_IPV6;
    bool gue = vip->flags & VIP_GUE;
    __u8 protocol = gue ? IPPROTO_UDP : parsed->is_v6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
    __u32 bytes = parsed->bytes;
    struct ethhdr *eth, old;
    struct udphdr *udp = 0;
    struct ipv6hdr *ip6;
    struct iphdr *ip4;

    if (parsed->is_v6 && !outer_v6 && !gue)
        return XDP_DROP; // 6in4 is not a way to go
    if (gue)
        bytes += sizeof(*udp);
    if (outer_v6) {
        eth = make_room(ctx, sizeof(*ip6) + (gue ? sizeof(*udp) : 0), &old);
        if (!eth)
            return XDP_DROP;
        ip6 = (void *)(eth + 1);
        if ((void *)(ip6 + 1) > packet_end(ctx))
            return XDP_DROP;
        new_ethernet(eth, &old, ETH_P_IPV6);
        new_ipv6(ip6, parsed, real, protocol, bytes);
        udp = (void *)(ip6 + 1);
    } else {
        eth = make_room(ctx, sizeof(*ip4) + (gue ? sizeof(*udp) : 0), &old);
        if (!eth)
            return XDP_DROP;
        ip4 = (void *)(eth + 1);
        if ((void *)(ip4 + 1) > packet_end(ctx))
            return XDP_DROP;
        new_ethernet(eth, &old, ETH_P_IP);
        new_ipv4(ip4, parsed, real, protocol, bytes);
        udp = (void *)(ip4 + 1);
    }
    if (gue) {
        if ((void *)(udp + 1) > packet_end(ctx))
            return XDP_DROP;
        new_udp(udp, parsed, bytes);
    }
    return XDP_TX;
}

// The sender learns what fits: its packet's beginning comes back behind an ICMP error.
static __always_inline int answer_too_big(struct xdp_md *ctx, const struct parsed *parsed)
{
    __u32 length = packet_end(ctx) - packet(ctx);
    struct ethhdr *eth, old;
    struct iphdr *ip, *inner;
    struct icmp *icmp;
    __s64 sum;

    add(&totals, TOTAL_TOO_BIG, parsed->bytes);
    if (length <= ICMP_TOO_BIG_BYTES || bpf_xdp_adjust_tail(ctx, (int)(ICMP_TOO_BIG_BYTES - length)))
        return XDP_DROP;
    eth = make_room(ctx, sizeof(*ip) + sizeof(*icmp), &old);
    if (!eth)
        return XDP_DROP;
    ip = (void *)(eth + 1);
    icmp = (void *)(ip + 1);
    inner = (void *)(icmp + 1);
    if ((void *)icmp + sizeof(*icmp) + ICMP_TOO_BIG_BYTES - sizeof(*eth) > packet_end(ctx))
        return XDP_DROP;
    __builtin_memcpy(eth->h_dest, old.h_source, ETH_ALEN);
    __builtin_memcpy(eth->h_source, old.h_dest, ETH_ALEN);
    eth->h_proto = bpf_htons(ETH_P_IP);
    ip->version = 4;
    ip->ihl = 5;
    ip->tos = 0;
    ip->tot_len = bpf_htons(ICMP_TOO_BIG_BYTES - sizeof(*eth) + sizeof(*ip) + sizeof(*icmp));
    ip->id = 0;
    ip->frag_off = 0;
    ip->ttl = 64;
    ip->protocol = IPPROTO_ICMP;
    ip->check = 0;
    ip->saddr = inner->daddr;
    ip->daddr = inner->saddr;
    ip->check = ipv4_checksum(ip);
    icmp->type = ICMP_DEST_UNREACH;
    icmp->code = 4; // fragmentation needed
    icmp->checksum = 0;
    icmp->id = 0;
    icmp->sequence = bpf_htons(MAX_TUNNELLED);
    sum = bpf_csum_diff(0, 0, (void *)icmp, sizeof(*icmp) + ICMP_TOO_BIG_BYTES - sizeof(*eth), 0);
    icmp->checksum = ~fold(sum);
    return XDP_TX;
}

// First of all flows' packets: the VIP, by port or any port.
static __always_inline const struct vip *find_vip(const struct parsed *parsed)
{
    struct vip_key key = {
        .address = parsed->flow.destination,
        .port = parsed->flow.port[1],
        .protocol = parsed->flow.protocol,
    };
    struct vip *vip = bpf_map_lookup_elem(&vips, &key);

    if (vip)
        return vip;
    key.port = 0;
    vip = bpf_map_lookup_elem(&vips, &key);
    return vip && vip->flags & VIP_ANY_PORT ? vip : 0;
}

SEC("xdp")
int balance(struct xdp_md *ctx)
{
    struct ethhdr *eth = header(ctx, 0, 0, sizeof(*eth));
    __u32 core = bpf_get_smp_processor_id();
    struct parsed parsed = {};
    const struct vip *vip;
    const struct real *real;
    void *flows;
    int verdict;

    if (!eth)
        return XDP_DROP;
    if (eth->h_proto == bpf_htons(ETH_P_IP)) {
        verdict = parse_ipv4(ctx, &parsed);
    } else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
        parsed.is_v6 = true;
        verdict = parse_ipv6(ctx, &parsed);
    } else {
        return XDP_PASS;
    }
    if (verdict >= 0)
        return verdict;
    if (!parse_ports(ctx, &parsed))
        return XDP_PASS;
    vip = find_vip(&parsed);
    if (!vip)
        return XDP_PASS;
    if (vip->flags & VIP_ANY_PORT)
        parsed.flow.port[1] = 0; // all of a client's flows to this address are one
    if (!parsed.is_v6 && parsed.bytes > MAX_TUNNELLED && !parsed.icmp)
        return answer_too_big(ctx, &parsed);
    if (vip->flags & VIP_QUIC && parsed.flow.protocol == IPPROTO_UDP && !parsed.icmp)
        parsed.real = route_quic(ctx, &parsed);
    if (!parsed.real) {
        flows = bpf_map_lookup_elem(&flows_by_core, &core);
        if (!flows) {
            flows = &fallback_flows;
            add(&totals, TOTAL_FALLBACK_LRU, parsed.bytes);
        }
        // A SYN begins anew: the ring may have changed since the ports were last used.
        if (parsed.syn || vip->flags & VIP_NO_LRU || !known_flow(flows, &parsed)) {
            if (!parsed.syn)
                add(&totals, TOTAL_LRU_MISS, parsed.bytes);
            if (!choose(&parsed, vip, flows))
                return XDP_DROP;
        }
    }
    real = bpf_map_lookup_elem(&reals, &parsed.real);
    if (!real)
        return XDP_DROP;
    add(&totals, vip->number, parsed.bytes);
    add(&totals_by_real, parsed.real, parsed.bytes);
    return encapsulate(ctx, &parsed, vip, real);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
