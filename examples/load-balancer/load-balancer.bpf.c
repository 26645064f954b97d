// SPDX-License-Identifier: Apache-2.0
//
// A layer-4 load balancer on one arm: a packet for a virtual address leaves the port it came in on, towards one of the
// service's real servers. README.md beside this file has the ways to forward, the maps and an example.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_SERVICES 256
#define MAX_REALS 4096
#define RING_SIZE 1021 // a prime, as Maglev's permutations need

#define IPV4_DONT_FRAGMENT 0x4000
#define IPV4_ANY_FRAGMENT 0x3fff
#define HOP_LIMIT 64
#define ICMP_ECHO 8
#define ICMP_ECHOREPLY 0
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129
#define TCP_SYN 0x02
#define TCP_ACK 0x10

// How a service's packets reach its real servers.
enum mode {
    NAT,         // rewrite the destination address and port; answers come back this way
    TUNNEL,      // wrap in an IP header to the real server, which answers the client itself
    DIRECT,      // rewrite the destination MAC only; the real server holds the virtual address
    ANSWER_ECHO, // no service but an address: answer pings
};

// What became of a packet: the index into `counters`.
enum outcome {
    PASS_NOT_OURS,
    PASS_FRAGMENT,
    PASS_TTL,
    DROP_MALFORMED,
    DROP_NO_REAL,
    DROP_NO_ROOM,
    TX_NAT,
    TX_NAT_REPLY,
    TX_TUNNEL,
    TX_DIRECT,
    TX_ECHO,
    OUTCOME_COUNT,
};

// Source addresses of the tunnels, fixed when the program is loaded (.rodata).
const volatile __be32 tunnel_source = bpf_htonl(0xc0000201);                               // 192.0.2.1
const volatile __u8 tunnel_source6[16] = {0x20, 0x01, 0x0d, 0xb8, [5] = 0x80, [15] = 0x01}; // 2001:db8:80::1

// An IPv4 address is held as ::ffff:a.b.c.d, so that both families share the maps.
struct vip {
    __u8 addr[16];
    __be16 port; // 0 with ANSWER_ECHO
    __u16 protocol;
};

struct service {
    __u16 id;
    __u16 mode;
};

struct real {
    __u8 addr[16];
    __u8 mac[6];
    __be16 port; // with NAT: 0 keeps the port
};

// The Maglev table of a service: indices into `reals`, 0 where there is none.
struct ring {
    __u16 real[RING_SIZE];
};

struct flow {
    __u8 client[16];
    __u8 server[16];
    __be16 client_port;
    __be16 server_port;
    __u32 protocol;
};

// What a real server's answer is turned back into.
struct origin {
    __u8 addr[16];
    __be16 port;
    __u8 client_mac[6];
};

struct traffic {
    __u64 packets;
    __u64 bytes;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, struct vip);
    __type(value, struct service);
} vips SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, MAX_REALS);
    __type(key, __u32);
    __type(value, struct real);
} reals SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, MAX_SERVICES);
    __type(key, __u32);
    __type(value, struct ring);
} rings SEC(".maps");

// Flow to a virtual address -> index of its real server.
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 262144);
    __type(key, struct flow);
    __type(value, __u32);
} connections SEC(".maps");

// Flow to a real server behind NAT -> the virtual address the client knows.
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 262144);
    __type(key, struct flow);
    __type(value, struct origin);
} replies SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, MAX_REALS);
    __type(key, __u32);
    __type(value, struct traffic);
} real_stats SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, OUTCOME_COUNT);
    __type(key, __u32);
    __type(value, struct traffic);
} counters SEC(".maps");

// Of ICMP and of ICMPv6. (The kernel's linux/icmp.h wants the headers of a C library.)
struct icmp_header {
    __u8 type;
    __u8 code;
    __sum16 checksum;
    __be32 rest;
};

struct ports {
    __be16 source;
    __be16 destination;
};

struct packet {
    struct ethhdr *ethernet;
    void *ip;
    void *transport;
    void *data_end;
    struct flow flow;
    __u16 length; // of the IP packet
    __u8 is_ipv6;
    __u8 is_first; // a SYN: no connection of an earlier life may claim it
};

static __always_inline void map_ipv4(__u8 mapped[16], __be32 addr)
{
    __builtin_memset(mapped, 0, 10);
    mapped[10] = mapped[11] = 0xff;
    __builtin_memcpy(mapped + 12, &addr, 4);
}

// Bob Jenkins's one-at-a-time mixing, on words: a flow's place on the ring is the same on every balancer.
static __noinline __u32 flow_hash(const struct flow *flow)
{
    const __u32 *words = (const __u32 *)flow;
    __u32 hash = 0x9e3779b9;

    for (__u32 i = 0; i < sizeof(*flow) / sizeof(*words); i++) {
        hash += words[i];
        hash += hash << 10;
        hash ^= hash >> 6;
    }
    hash += hash << 3;
    hash ^= hash >> 11;
    hash += hash << 15;
    return hash;
}

static __always_inline __sum16 fold(__u32 sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

// A checksum after one 16-bit word changed (RFC 1624, equation 3).
static __always_inline void update_checksum(__sum16 *checksum, __be16 before, __be16 after)
{
    *checksum = fold((__u16)~*checksum + (__u16)~before + after);
}

static __always_inline __sum16 ipv4_checksum(const struct iphdr *ip)
{
    const __u16 *words = (const __u16 *)ip;
    __u32 sum = 0;

    for (int i = 0; i < 10; i++)
        sum += words[i];
    return fold(sum);
}

static __always_inline int decrease_ttl(struct packet *packet)
{
    if (packet->is_ipv6) {
        struct ipv6hdr *ip = packet->ip;

        if ((void *)(ip + 1) > packet->data_end || ip->hop_limit <= 1)
            return 0;
        ip->hop_limit--;
    } else {
        struct iphdr *ip = packet->ip;
        __be16 before = *(__be16 *)&ip->ttl;

        if (ip->ttl <= 1)
            return 0;
        ip->ttl--;
        update_checksum(&ip->check, before, *(__be16 *)&ip->ttl);
    }
    return 1;
}

// Each parser returns an outcome that ends the matter, or OUTCOME_COUNT to go on.
static __always_inline enum outcome parse_ipv4(struct packet *packet)
{
    struct iphdr *ip = packet->ip;

    if ((void *)(ip + 1) > packet->data_end || ip->ihl < 5)
        return DROP_MALFORMED;
    packet->length = bpf_ntohs(ip->tot_len);
    if (packet->length < ip->ihl * 4 || packet->ip + packet->length > packet->data_end)
        return DROP_MALFORMED;
    if (ip->frag_off & bpf_htons(IPV4_ANY_FRAGMENT))
        return PASS_FRAGMENT;
    map_ipv4(packet->flow.client, ip->saddr);
    map_ipv4(packet->flow.server, ip->daddr);
    packet->flow.protocol = ip->protocol;
    packet->transport = packet->ip + ip->ihl * 4;
    return OUTCOME_COUNT;
}

static __always_inline enum outcome parse_ipv6(struct packet *packet)
{
    struct ipv6hdr *ip = packet->ip;

    if ((void *)(ip + 1) > packet->data_end)
        return DROP_MALFORMED;
    packet->length = sizeof(*ip) + bpf_ntohs(ip->payload_len);
    if (packet->ip + packet->length > packet->data_end)
        return DROP_MALFORMED;
    if (ip->nexthdr == IPPROTO_FRAGMENT)
        return PASS_FRAGMENT;
    __builtin_memcpy(packet->flow.client, &ip->saddr, 16);
    __builtin_memcpy(packet->flow.server, &ip->daddr, 16);
    packet->flow.protocol = ip->nexthdr;
    packet->is_ipv6 = 1;
    packet->transport = ip + 1;
    return OUTCOME_COUNT;
}

static __always_inline enum outcome parse_transport(struct packet *packet)
{
    struct ports *ports = packet->transport;

    switch (packet->flow.protocol) {
    case IPPROTO_TCP: {
        struct tcphdr *tcp = packet->transport;

        if ((void *)(tcp + 1) > packet->data_end)
            return DROP_MALFORMED;
        packet->is_first = (((__u8 *)tcp)[13] & (TCP_SYN | TCP_ACK)) == TCP_SYN;
        break;
    }
    case IPPROTO_UDP:
        if (packet->transport + sizeof(struct udphdr) > packet->data_end)
            return DROP_MALFORMED;
        break;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
        if (packet->transport + sizeof(struct icmp_header) > packet->data_end)
            return DROP_MALFORMED;
        return OUTCOME_COUNT;
    default:
        return PASS_NOT_OURS;
    }
    packet->flow.client_port = ports->source;
    packet->flow.server_port = ports->destination;
    return OUTCOME_COUNT;
}

static __always_inline void turn_around(struct ethhdr *ethernet)
{
    __u8 mac[ETH_ALEN];

    __builtin_memcpy(mac, ethernet->h_dest, ETH_ALEN);
    __builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
    __builtin_memcpy(ethernet->h_source, mac, ETH_ALEN);
}

static __always_inline void send_to(struct ethhdr *ethernet, const __u8 mac[ETH_ALEN])
{
    __builtin_memcpy(ethernet->h_source, ethernet->h_dest, ETH_ALEN);
    __builtin_memcpy(ethernet->h_dest, mac, ETH_ALEN);
}

static __always_inline enum outcome answer_echo(struct packet *packet)
{
    struct icmp_header *icmp = packet->transport;
    __u8 request = packet->is_ipv6 ? ICMPV6_ECHO_REQUEST : ICMP_ECHO;
    __be16 before;

    if ((void *)(icmp + 1) > packet->data_end)
        return DROP_MALFORMED;
    if (icmp->type != request || icmp->code != 0)
        return PASS_NOT_OURS;
    before = *(__be16 *)icmp;
    icmp->type = packet->is_ipv6 ? ICMPV6_ECHO_REPLY : ICMP_ECHOREPLY;
    update_checksum(&icmp->checksum, before, *(__be16 *)icmp);

    if (packet->is_ipv6) {
        struct ipv6hdr *ip = packet->ip;

        if ((void *)(ip + 1) > packet->data_end)
            return DROP_MALFORMED;
        __builtin_memcpy(&ip->saddr, packet->flow.server, 16);
        __builtin_memcpy(&ip->daddr, packet->flow.client, 16);
        ip->hop_limit = HOP_LIMIT;
    } else {
        struct iphdr *ip = packet->ip;
        __be32 addr = ip->saddr;
        __be16 ttl = *(__be16 *)&ip->ttl;

        ip->saddr = ip->daddr; // swapping words leaves a sum as it is
        ip->daddr = addr;
        ip->ttl = HOP_LIMIT;
        update_checksum(&ip->check, ttl, *(__be16 *)&ip->ttl);
    }
    turn_around(packet->ethernet);
    return TX_ECHO;
}

// Replaces one end of a flow and sets the checksums right: `from` is what the packet holds.
static __always_inline enum outcome rewrite(struct packet *packet, int source, const __u8 from[16], const __u8 to[16],
        __be16 port)
{
    struct ports *ports = packet->transport;
    __be16 *rewritten_port = source ? &ports->source : &ports->destination;
    struct udphdr *udp = packet->transport;
    struct tcphdr *tcp = packet->transport;
    __sum16 *checksum;
    __be16 old_port;
    __s64 delta;

    if (packet->flow.protocol == IPPROTO_TCP) {
        if ((void *)(tcp + 1) > packet->data_end)
            return DROP_MALFORMED;
        checksum = &tcp->check;
    } else {
        if ((void *)(udp + 1) > packet->data_end)
            return DROP_MALFORMED;
        checksum = &udp->check;
    }

    // Mapped addresses differ where the IPv4 addresses do, so one sum serves both families.
    delta = bpf_csum_diff((__be32 *)from, 16, (__be32 *)to, 16, 0);
    if (delta < 0)
        return DROP_MALFORMED;
    delta = (__u16)~fold((__u32)delta);
    old_port = *rewritten_port;
    if (port == 0)
        port = old_port;
    *rewritten_port = port;
    if (packet->flow.protocol != IPPROTO_UDP || *checksum != 0) { // UDP over IPv4 may go without
        __u32 sum = (__u16)~*checksum + (__u32)delta + (__u16)~old_port + port;

        *checksum = fold(sum);
        if (packet->flow.protocol == IPPROTO_UDP && *checksum == 0)
            *checksum = 0xffff;
    }

    if (packet->is_ipv6) {
        struct ipv6hdr *ip = packet->ip;

        if ((void *)(ip + 1) > packet->data_end) // known, but the verifier does not keep is_ipv6 in mind
            return DROP_MALFORMED;
        __builtin_memcpy(source ? &ip->saddr : &ip->daddr, to, 16);
    } else {
        struct iphdr *ip = packet->ip;

        __builtin_memcpy(source ? &ip->saddr : &ip->daddr, to + 12, 4);
        ip->check = fold((__u16)~ip->check + (__u32)delta);
    }
    return OUTCOME_COUNT;
}

static __always_inline enum outcome forward_nat(struct packet *packet, struct real *real)
{
    struct flow back = packet->flow;
    struct origin origin = {};
    enum outcome outcome;

    __builtin_memcpy(back.server, real->addr, 16);
    if (real->port)
        back.server_port = real->port;
    if (packet->is_first || !bpf_map_lookup_elem(&replies, &back)) {
        __builtin_memcpy(origin.addr, packet->flow.server, 16);
        __builtin_memcpy(origin.client_mac, packet->ethernet->h_source, ETH_ALEN);
        origin.port = packet->flow.server_port;
        bpf_map_update_elem(&replies, &back, &origin, BPF_ANY);
    }
    outcome = rewrite(packet, 0, packet->flow.server, real->addr, real->port);
    if (outcome != OUTCOME_COUNT)
        return outcome;
    send_to(packet->ethernet, real->mac);
    return TX_NAT;
}

// A real server's answer to a client: the same flow the other way round.
static __always_inline enum outcome forward_reply(struct packet *packet)
{
    struct flow flow = {.protocol = packet->flow.protocol};
    struct origin *origin;
    enum outcome outcome;

    __builtin_memcpy(flow.client, packet->flow.server, 16);
    __builtin_memcpy(flow.server, packet->flow.client, 16);
    flow.client_port = packet->flow.server_port;
    flow.server_port = packet->flow.client_port;
    origin = bpf_map_lookup_elem(&replies, &flow);
    if (!origin)
        return PASS_NOT_OURS;
    if (!decrease_ttl(packet))
        return PASS_TTL;
    outcome = rewrite(packet, 1, packet->flow.client, origin->addr, origin->port);
    if (outcome != OUTCOME_COUNT)
        return outcome;
    send_to(packet->ethernet, origin->client_mac);
    return TX_NAT_REPLY;
}

static __always_inline int is_ipv4(const __u8 addr[16])
{
    const __u32 *words = (const __u32 *)addr;

    return words[0] == 0 && words[1] == 0 && words[2] == bpf_htonl(0xffff);
}

// Wraps the packet in an IPv4 header to an IPv4 real server, or in an IPv6 header to an IPv6 one.
static __always_inline enum outcome forward_tunnel(struct xdp_md *ctx, struct packet *packet, struct real *real)
{
    __u8 inner = packet->is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
    int over_ipv4 = is_ipv4(real->addr);
    int growth = over_ipv4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
    struct ethhdr old = *packet->ethernet;
    struct ethhdr *ethernet;
    void *data_end;

    if (bpf_xdp_adjust_head(ctx, -growth))
        return DROP_NO_ROOM;
    ethernet = (void *)(long)ctx->data;
    data_end = (void *)(long)ctx->data_end;
    if ((void *)(ethernet + 1) > data_end)
        return DROP_MALFORMED;
    *ethernet = old;
    send_to(ethernet, real->mac);
    packet->ethernet = ethernet;

    if (over_ipv4) {
        struct iphdr *ip = (void *)(ethernet + 1);

        if ((void *)(ip + 1) > data_end)
            return DROP_MALFORMED;
        *ip = (struct iphdr){
            .version = 4,
            .ihl = 5,
            .tot_len = bpf_htons(packet->length + sizeof(*ip)),
            .frag_off = bpf_htons(IPV4_DONT_FRAGMENT),
            .ttl = HOP_LIMIT,
            .protocol = inner,
            .saddr = tunnel_source,
        };
        __builtin_memcpy(&ip->daddr, real->addr + 12, 4);
        ip->check = ipv4_checksum(ip);
        ethernet->h_proto = bpf_htons(ETH_P_IP);
    } else {
        struct ipv6hdr *ip = (void *)(ethernet + 1);

        if ((void *)(ip + 1) > data_end)
            return DROP_MALFORMED;
        __builtin_memset(ip, 0, sizeof(*ip));
        ip->version = 6;
        ip->payload_len = bpf_htons(packet->length);
        ip->nexthdr = inner;
        ip->hop_limit = HOP_LIMIT;
        for (int i = 0; i < 16; i++)
            ip->saddr.in6_u.u6_addr8[i] = tunnel_source6[i];
        __builtin_memcpy(&ip->daddr, real->addr, 16);
        ethernet->h_proto = bpf_htons(ETH_P_IPV6);
    }
    return TX_TUNNEL;
}

// The real server of a known connection, or the ring's choice, which becomes known. Index 0 means none.
static __always_inline __u32 choose_real(const struct packet *packet, __u32 service)
{
    __u32 hash, index, *known;
    struct ring *ring;

    known = packet->is_first ? 0 : bpf_map_lookup_elem(&connections, &packet->flow);
    if (known)
        return *known;
    ring = bpf_map_lookup_elem(&rings, &service);
    if (!ring)
        return 0;
    hash = flow_hash(&packet->flow) >> 16;
    index = ring->real[hash * RING_SIZE >> 16];
    if (index)
        bpf_map_update_elem(&connections, &packet->flow, &index, BPF_ANY);
    return index;
}

static __always_inline enum outcome balance(struct xdp_md *ctx, struct packet *packet)
{
    struct vip vip = {.port = packet->flow.server_port, .protocol = packet->flow.protocol};
    struct service *service;
    enum outcome outcome;
    struct traffic *traffic;
    struct real *real;
    __u32 index;

    __builtin_memcpy(vip.addr, packet->flow.server, 16);
    service = bpf_map_lookup_elem(&vips, &vip);
    if (!service)
        return forward_reply(packet);
    if (service->mode == ANSWER_ECHO)
        return answer_echo(packet);
    index = choose_real(packet, service->id);
    real = bpf_map_lookup_elem(&reals, &index);
    if (!index || !real)
        return DROP_NO_REAL;
    if (!decrease_ttl(packet))
        return PASS_TTL;

    switch (service->mode) {
    case NAT:
        outcome = forward_nat(packet, real);
        break;
    case TUNNEL:
        outcome = forward_tunnel(ctx, packet, real);
        break;
    default:
        send_to(packet->ethernet, real->mac);
        outcome = TX_DIRECT;
    }
    traffic = bpf_map_lookup_elem(&real_stats, &index);
    if (traffic && outcome >= TX_NAT) {
        traffic->packets++;
        traffic->bytes += packet->length;
    }
    return outcome;
}

static __always_inline enum outcome handle(struct xdp_md *ctx)
{
    struct packet packet = {.ethernet = (void *)(long)ctx->data, .data_end = (void *)(long)ctx->data_end};
    enum outcome outcome;

    packet.ip = packet.ethernet + 1;
    if (packet.ip > packet.data_end)
        return DROP_MALFORMED;
    if (packet.ethernet->h_proto == bpf_htons(ETH_P_IP))
        outcome = parse_ipv4(&packet);
    else if (packet.ethernet->h_proto == bpf_htons(ETH_P_IPV6))
        outcome = parse_ipv6(&packet);
    else
        return PASS_NOT_OURS;
    if (outcome == OUTCOME_COUNT)
        outcome = parse_transport(&packet);
    return outcome == OUTCOME_COUNT ? balance(ctx, &packet) : outcome;
}

SEC("xdp")
int load_balancer(struct xdp_md *ctx)
{
    __u64 bytes = ctx->data_end - ctx->data;
    __u32 outcome = handle(ctx);
    struct traffic *traffic = bpf_map_lookup_elem(&counters, &outcome);

    if (traffic) {
        traffic->packets++;
        traffic->bytes += bytes;
    }
    if (outcome >= TX_NAT)
        return XDP_TX;
    return outcome >= DROP_MALFORMED ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
