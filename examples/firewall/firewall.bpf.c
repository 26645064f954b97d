// SPDX-License-Identifier: Apache-2.0
//
// A stateless firewall: block lists by source prefix, rules by port, and a refusal of what no
// network should carry. README.md beside this file has the maps and the order of the checks.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_VLAN_TAGS 2
#define MAX_IPV6_EXTENSIONS 8

#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV6_FRAGMENT_OFFSET 0xfff8

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10
#define TCP_FLAGS 0x3f

// Why a packet was let through or stopped: the index into `counters`.
enum reason {
    PASS_DEFAULT,
    PASS_PORT_RULE,
    PASS_ESTABLISHED,
    PASS_NOT_IP,
    PASS_DISABLED,
    DROP_DEFAULT,
    DROP_PORT_RULE,
    DROP_BLOCKED,
    DROP_MARTIAN,
    DROP_FRAGMENT,
    DROP_BAD_FLAGS,
    DROP_MALFORMED,
    REASON_COUNT,
};

// Settings, fixed when the program is loaded (.rodata).
const volatile __u32 default_action = XDP_PASS; // for what no rule names: XDP_PASS or XDP_DROP
const volatile __u8 drop_fragments = 0;         // 1: drop every IP fragment
const volatile __u8 drop_martians = 1;          // 1: drop sources that no packet on a wire may have
const volatile __u8 drop_bad_flags = 1;         // 1: drop TCP segments with impossible flags
const volatile __u8 pass_established = 1;       // 1: TCP segments other than a first SYN skip the default

// The switch, which may be thrown while the program runs (.data): 0 lets everything through.
volatile __u32 enabled = 1;

struct ipv4_prefix {
    __u32 prefixlen;
    __u8 addr[4];
};

struct ipv6_prefix {
    __u32 prefixlen;
    __u8 addr[16];
};

struct port_key {
    __u16 protocol;
    __be16 port; // destination port; for ICMP and ICMPv6 the message type
};

struct traffic {
    __u64 packets;
    __u64 bytes;
};

// Source prefix -> rule id. The longest prefix wins; rule 0 is an exception to a shorter one.
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 1000000);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct ipv4_prefix);
    __type(value, __u32);
} blocked SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 1000000);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct ipv6_prefix);
    __type(value, __u32);
} blocked6 SEC(".maps");

// Protocol and port -> XDP_DROP (1) or XDP_PASS (2).
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, struct port_key);
    __type(value, __u32);
} ports SEC(".maps");

// Rule id -> what it stopped; an entry appears with the first packet.
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 16384);
    __type(key, __u32);
    __type(value, struct traffic);
} rule_stats SEC(".maps");

// Reason -> what was judged so.
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, REASON_COUNT);
    __type(key, __u32);
    __type(value, struct traffic);
} counters SEC(".maps");

struct vlan_header {
    __be16 tci;
    __be16 type;
};

struct ipv6_fragment {
    __u8 next;
    __u8 reserved;
    __be16 offset;
    __be32 id;
};

// Everything the rules look at, found by the parsers.
struct packet {
    void *data_end;
    void *transport; // first byte after the IP headers
    void *ip_end;    // where the packet ends according to its IP header
    __u32 rule;      // rule id of the block list, 0 for none
    __u16 protocol;
    __u8 is_fragment;
    __u8 is_later_fragment; // carries no transport header
};

static __always_inline void count(struct traffic *traffic, __u64 bytes)
{
    traffic->packets++;
    traffic->bytes += bytes;
}

static __always_inline void count_rule(__u32 rule, __u64 bytes)
{
    struct traffic *traffic = bpf_map_lookup_elem(&rule_stats, &rule);

    if (traffic) {
        count(traffic, bytes);
    } else {
        struct traffic first = {1, bytes};
        bpf_map_update_elem(&rule_stats, &rule, &first, BPF_ANY);
    }
}

// 127.0.0.0/8, 224.0.0.0/3, 0.0.0.0/8 but for a DHCP client's broadcast, and a source equal to its destination.
static __always_inline int is_ipv4_martian(const struct iphdr *ip)
{
    __u8 first = *(const __u8 *)&ip->saddr;

    if (first == 0)
        return ip->saddr != 0 || ip->daddr != bpf_htonl(INADDR_BROADCAST);
    return first == 127 || first >= 224 || ip->saddr == ip->daddr;
}

// ::1, ff00::/8, ::ffff:0:0/96, and a source equal to its destination. The unspecified address has its
// use in neighbour discovery.
static __always_inline int is_ipv6_martian(const struct ipv6hdr *ip)
{
    const __be32 *s = ip->saddr.in6_u.u6_addr32;
    const __be32 *d = ip->daddr.in6_u.u6_addr32;

    if ((s[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000))
        return 1;
    if ((s[0] | s[1]) == 0 && (s[2] == bpf_htonl(0xffff) || (s[2] == 0 && s[3] == bpf_htonl(1))))
        return 1;
    return s[0] == d[0] && s[1] == d[1] && s[2] == d[2] && s[3] == d[3];
}

// Each parser returns a reason to drop, or PASS_DEFAULT to go on.
static __always_inline enum reason parse_ipv4(struct iphdr *ip, struct packet *packet)
{
    struct ipv4_prefix source = {.prefixlen = 32};
    __u32 header_length, total_length, *rule;
    __u16 fragment;

    if ((void *)(ip + 1) > packet->data_end || ip->version != 4)
        return DROP_MALFORMED;
    header_length = ip->ihl * 4;
    total_length = bpf_ntohs(ip->tot_len);
    if (header_length < sizeof(*ip) || total_length < header_length)
        return DROP_MALFORMED;
    packet->transport = (void *)ip + header_length;
    packet->ip_end = (void *)ip + total_length;
    if (packet->ip_end > packet->data_end)
        return DROP_MALFORMED;
    if (drop_martians && is_ipv4_martian(ip))
        return DROP_MARTIAN;

    fragment = bpf_ntohs(ip->frag_off);
    packet->is_fragment = (fragment & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET)) != 0;
    packet->is_later_fragment = (fragment & IPV4_FRAGMENT_OFFSET) != 0;
    packet->protocol = ip->protocol;

    __builtin_memcpy(source.addr, &ip->saddr, sizeof(source.addr));
    rule = bpf_map_lookup_elem(&blocked, &source);
    if (rule)
        packet->rule = *rule;
    return packet->rule ? DROP_BLOCKED : PASS_DEFAULT;
}

// Walks the extension headers that may stand before the transport header.
static __always_inline enum reason skip_ipv6_extensions(void *at, __u8 next, struct packet *packet)
{
    for (int i = 0; i < MAX_IPV6_EXTENSIONS; i++) {
        __u8 *header = at;

        switch (next) {
        case IPPROTO_HOPOPTS:
        case IPPROTO_ROUTING:
        case IPPROTO_DSTOPTS:
            if (at + 8 > packet->data_end)
                return DROP_MALFORMED;
            next = header[0];
            at += (header[1] + 1) * 8;
            break;
        case IPPROTO_AH:
            if (at + 8 > packet->data_end)
                return DROP_MALFORMED;
            next = header[0];
            at += (header[1] + 2) * 4;
            break;
        case IPPROTO_FRAGMENT: {
            struct ipv6_fragment *fragment = at;

            if ((void *)(fragment + 1) > packet->data_end)
                return DROP_MALFORMED;
            next = fragment->next;
            packet->is_fragment = 1;
            packet->is_later_fragment = (fragment->offset & bpf_htons(IPV6_FRAGMENT_OFFSET)) != 0;
            at += sizeof(*fragment);
            if (packet->is_later_fragment)
                goto done;
            break;
        }
        default:
            goto done;
        }
    }
    return DROP_MALFORMED;

done:
    packet->protocol = next;
    packet->transport = at;
    return at > packet->ip_end ? DROP_MALFORMED : PASS_DEFAULT;
}

static __always_inline enum reason parse_ipv6(struct ipv6hdr *ip, struct packet *packet)
{
    struct ipv6_prefix source = {.prefixlen = 128};
    __u32 *rule;

    if ((void *)(ip + 1) > packet->data_end || ip->version != 6)
        return DROP_MALFORMED;
    packet->ip_end = (void *)(ip + 1) + bpf_ntohs(ip->payload_len);
    if (packet->ip_end > packet->data_end)
        return DROP_MALFORMED;
    if (drop_martians && is_ipv6_martian(ip))
        return DROP_MARTIAN;

    __builtin_memcpy(source.addr, &ip->saddr, sizeof(source.addr));
    rule = bpf_map_lookup_elem(&blocked6, &source);
    if (rule)
        packet->rule = *rule;
    if (packet->rule)
        return DROP_BLOCKED;
    return skip_ipv6_extensions(ip + 1, ip->nexthdr, packet);
}

static __always_inline enum reason check_tcp(struct tcphdr *tcp, const struct packet *packet, __u8 *flags)
{
    if ((void *)(tcp + 1) > packet->data_end || tcp->doff < 5)
        return DROP_MALFORMED;
    if (!packet->is_fragment && (void *)tcp + tcp->doff * 4 > packet->ip_end)
        return DROP_MALFORMED;
    *flags = ((__u8 *)tcp)[13] & TCP_FLAGS;
    if (!drop_bad_flags)
        return PASS_DEFAULT;
    if (*flags == 0 || (*flags & (TCP_SYN | TCP_FIN)) == (TCP_SYN | TCP_FIN)
            || (*flags & (TCP_SYN | TCP_RST)) == (TCP_SYN | TCP_RST)
            || (*flags & (TCP_FIN | TCP_ACK)) == TCP_FIN)
        return DROP_BAD_FLAGS;
    return PASS_DEFAULT;
}

static __always_inline enum reason check_udp(struct udphdr *udp, const struct packet *packet)
{
    if ((void *)(udp + 1) > packet->data_end)
        return DROP_MALFORMED;
    if (bpf_ntohs(udp->len) < sizeof(*udp))
        return DROP_MALFORMED;
    if (!packet->is_fragment && (void *)udp + bpf_ntohs(udp->len) > packet->ip_end)
        return DROP_MALFORMED;
    return PASS_DEFAULT;
}

static __always_inline int is_neighbour_discovery(const struct packet *packet, __be16 type)
{
    return packet->protocol == IPPROTO_ICMPV6 && bpf_ntohs(type) >= 133 && bpf_ntohs(type) <= 137;
}

static __always_inline enum reason check_transport(const struct packet *packet)
{
    struct port_key key = {.protocol = packet->protocol};
    enum reason reason = PASS_DEFAULT;
    __u8 flags = 0;
    __u32 *action;

    switch (packet->protocol) {
    case IPPROTO_TCP: {
        struct tcphdr *tcp = packet->transport;

        reason = check_tcp(tcp, packet, &flags);
        if (reason != PASS_DEFAULT)
            return reason;
        key.port = tcp->dest;
        break;
    }
    case IPPROTO_UDP: {
        struct udphdr *udp = packet->transport;

        reason = check_udp(udp, packet);
        if (reason != PASS_DEFAULT)
            return reason;
        key.port = udp->dest;
        break;
    }
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6: {
        __u8 *type = packet->transport;

        if ((void *)(type + 8) > packet->data_end)
            return DROP_MALFORMED;
        key.port = bpf_htons(*type);
        break;
    }
    }

    action = bpf_map_lookup_elem(&ports, &key);
    if (action)
        return *action == XDP_PASS ? PASS_PORT_RULE : DROP_PORT_RULE;
    if (pass_established && packet->protocol == IPPROTO_TCP && (flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
        return PASS_ESTABLISHED;
    if (default_action == XDP_PASS || is_neighbour_discovery(packet, key.port))
        return PASS_DEFAULT;
    return DROP_DEFAULT;
}

static __always_inline enum reason judge(struct xdp_md *ctx, struct packet *packet)
{
    void *data = (void *)(long)ctx->data;
    struct ethhdr *ethernet = data;
    void *at = ethernet + 1;
    enum reason reason;
    __be16 type;

    packet->data_end = (void *)(long)ctx->data_end;
    if (!enabled)
        return PASS_DISABLED;
    if (at > packet->data_end)
        return DROP_MALFORMED;
    type = ethernet->h_proto;
    for (int i = 0; i < MAX_VLAN_TAGS; i++) {
        struct vlan_header *vlan = at;

        if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
            break;
        if ((void *)(vlan + 1) > packet->data_end)
            return DROP_MALFORMED;
        type = vlan->type;
        at = vlan + 1;
    }

    if (type == bpf_htons(ETH_P_IP))
        reason = parse_ipv4(at, packet);
    else if (type == bpf_htons(ETH_P_IPV6))
        reason = parse_ipv6(at, packet);
    else
        return PASS_NOT_IP;
    if (reason != PASS_DEFAULT)
        return reason;
    if (drop_fragments && packet->is_fragment)
        return DROP_FRAGMENT;
    if (packet->is_later_fragment)
        return PASS_DEFAULT; // judged with the first fragment, without which it is of no use
    return check_transport(packet);
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
    __u64 bytes = ctx->data_end - ctx->data;
    struct packet packet = {};
    __u32 reason = judge(ctx, &packet);
    struct traffic *traffic;

    traffic = bpf_map_lookup_elem(&counters, &reason);
    if (traffic)
        count(traffic, bytes);
    if (reason == DROP_BLOCKED)
        count_rule(packet.rule, bytes);
    return reason < DROP_DEFAULT ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Apache-2.0";
