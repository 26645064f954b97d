// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// The datapath of a container host, in one large program and five that it jumps to: VLANs, IPv4 with options, IPv6 with extension
// headers, fragments, a prefilter, services (DNAT with affinity), identities, policy in stages from exact to wildcard, connection
// tracking, masquerading (SNAT with a search for a port), MSS clamping, FIB, tunnels (VXLAN, Geneve, IP in IP), and answers from
// ICMP errors' inner headers. The programs hand over in the packet's metadata, a word of which says why.
//
// Everything is inlined: what is big lives in a per-CPU scratch value, since the stack has 512 bytes; and offsets go through memory on
// purpose, since a verifier that follows paths would otherwise follow each VLAN, option and extension header to the end.
//
// build: datapath.o
// build: datapath.v2.o -mcpu=v2
// build: datapath.v1.o -mcpu=v1

#include "packet.h"

#define MAX_VLANS 2
#define MAX_EXTENSIONS 6
#define MAX_IPV4_OPTIONS 10
#define MAX_TCP_OPTIONS 12
#define PORT_ATTEMPTS 24

// Bounds of offsets that come from scratch. L3 starts behind two VLAN tags at most; L4 behind that and all extension headers.
#define L3_MASK 0x1f
#define L4_MASK 0x7ff

#define WORLD 2 // identity of what no prefix claims
#define HOST 1

#define SECOND 1000000000ULL
#define LIFETIME_SYN (60 * SECOND)
#define LIFETIME_ESTABLISHED (21600 * SECOND)
#define LIFETIME_CLOSING (10 * SECOND)
#define LIFETIME_OTHER (60 * SECOND)

#define VXLAN_PORT 8472
#define GENEVE_PORT 6081
#define TUNNEL_UDP_CHECKSUM 0
#define OUTER_UDP (sizeof(struct ethhdr) + sizeof(struct iphdr) + sizeof(struct udphdr))

// Why a packet was let through or not: index into `metrics`. Functions return them negated for errors.
enum reason {
    FORWARDED = 1,
    DELIVERED,
    ENCAPSULATED,
    NOT_IP,
    TO_HOST,
    ICMP_TRANSLATED,
    ICMP_UNKNOWN,
    DROP_TRUNCATED,
    DROP_HEADER,
    DROP_SOURCE_ROUTE,
    DROP_EXTENSIONS,
    DROP_FRAGMENT,
    DROP_PROTOCOL,
    DROP_PREFILTER,
    DROP_SPOOFED,
    DROP_NO_BACKEND,
    DROP_POLICY,
    DROP_STATE,
    DROP_NO_PORT,
    DROP_TABLE_FULL,
    DROP_TTL,
    DROP_NO_ROUTE,
    DROP_NO_ROOM,
    DROP_NO_TUNNEL,
    DROP_MISSED_CALL,
    DROP_INTERNAL,
    REASON_COUNT,
};

enum call {
    CALL_ENCAPSULATE,
    CALL_ICMP_ERROR,
    CALL_DROPPED,
    CALL_DELIVER,
    CALL_COUNT,
};

enum direction { INGRESS, EGRESS };

enum tracking { TRACK_NEW, TRACK_ESTABLISHED, TRACK_REPLY, TRACK_RELATED, TRACK_REOPENED };

enum tunnel_kind { TUNNEL_VXLAN, TUNNEL_GENEVE, TUNNEL_IPIP };

// Set by whoever loads the object; the values here are of the tests.
const volatile __be32 masquerade_v4 = bpf_htonl(0xc6336401);                                     // 198.51.100.1
const volatile __u8 masquerade_v6[16] = {0x20, 0x01, 0x0d, 0xb8, [4] = 0, [5] = 0x64, [15] = 1}; // 2001:db8:64::1
const volatile __u16 first_port = 32768;
const volatile __u16 port_count = 16384;
const volatile __u16 clamp_mss_to = 1360;
const volatile bool clamp_mss = true;
const volatile bool enforce_policy = true;
const volatile bool track_fragments = true;
const volatile bool report_flows = true;
const volatile __be32 tunnel_source_v4 = bpf_htonl(0xc0000201); // 192.0.2.1
const volatile __u8 tunnel_source_mac[6] = {2, 0, 0, 0, 0, 1};

struct tuple {
    union address source;
    union address destination;
    __be16 source_port;
    __be16 destination_port;
    __u8 protocol;
    __u8 family;
    __u8 scope; // 0 flows, 1 services
    __u8 pad;
};

struct connection {
    __u64 expires;
    __u64 packets;
    __u64 bytes;
    __u32 backend;
    __u32 source_identity;
    __u16 service;
    __u8 flags_seen[2]; // of the one who began, of the other
    __u8 closing;       // FINs seen, one bit a direction; 4 RST
    __u8 masqueraded;
    __u16 pad;
};

struct service_key {
    union address address;
    __be16 port;
    __u8 protocol;
    __u8 pad;
    __u32 slot; // 0 the service itself, then its backends
};

struct service {
    __u32 backend;
    __u16 count;
    __u16 id;
    __u32 affinity_seconds;
};

struct backend {
    union address address;
    __be16 port;
    __u8 down;
    __u8 pad;
};

struct affinity_key {
    union address client;
    __u32 service;
    __u32 pad;
};

struct affinity {
    __u64 used;
    __u32 backend;
    __u32 pad;
};

struct origin {
    union address address;
    __be16 port;
    __u16 pad;
};

struct prefix {
    __u32 length; // bits of the address, 96 more for IPv4
    union address address;
};

struct policy_key {
    __u32 identity;
    __be16 port;
    __u8 protocol;
    __u8 direction;
};

struct policy {
    __u64 packets;
    __u64 bytes;
    __u8 deny;
    __u8 pad[7];
};

struct endpoint {
    __u32 ifindex;
    __u32 identity;
    __u8 mac[6];
    __u8 gateway_mac[6];
};

struct tunnel {
    __be32 remote;
    __u32 vni;
    __u8 kind;
    __u8 mac[6];
    __u8 pad;
};

struct translation {
    union address address;
    __be16 port;
    __u16 pad;
    __u32 pad2;
    __u64 created;
};

struct fragment_key {
    union address source;
    union address destination;
    __be32 id;
    __u8 protocol;
    __u8 family;
    __u16 pad;
};

struct counter {
    __u64 packets;
    __u64 bytes;
};

struct metric_key {
    __u32 identity;
    __u32 reason;
};

struct flow_record {
    __u64 time;
    struct tuple tuple;
    __u32 source_identity;
    __u32 destination_identity;
    __u32 reason;
    __u32 length;
};

struct drop_event {
    __u32 reason;
    __u32 line;
    __u32 length;
    __u32 identity;
};

// What one program tells the next, before the packet.
struct handoff {
    __u32 magic;
    __u32 reason;
    __u32 argument;
    __u32 identity;
};

#define HANDOFF_MAGIC 0x78647034

// All that is known of the packet at hand.
struct scratch {
    struct tuple tuple;
    struct tuple reverse;
    struct tuple attempt;
    struct fragment_key fragment;
    struct flow_record record;
    struct service_key service;
    struct connection connection;
    struct translation translation;
    struct prefix prefix;
    struct origin original;
    __u32 l3;
    __u32 l4;
    __u32 length;
    __u32 at;   // where a walk over options or extension headers stands
    __u32 left; // bytes of options left
    __u32 source_identity;
    __u32 destination_identity;
    __u32 line;
    __u32 backend;
    __u16 service_id;
    __u16 vlan[MAX_VLANS];
    __u8 vlan_count;
    __u8 next;
    __u8 tcp_flags;
    __u8 fragmented; // 1 the first fragment, 2 a later one
    __u8 has_ports;
    __u8 icmp_error;
    __u8 masquerade;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, REASON_COUNT);
    __type(key, __u32);
    __type(value, struct counter);
} metrics SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 4096);
    __type(key, struct metric_key);
    __type(value, struct counter);
} identity_metrics SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 65536);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, __u32);
} prefilter SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 65536);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, __u32);
} identities SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, struct policy_key);
    __type(value, struct policy);
} policies SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct tuple);
    __type(value, struct connection);
} connections SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, struct service_key);
    __type(value, struct service);
} services SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, __u32);
    __type(value, struct backend);
} backends SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct affinity_key);
    __type(value, struct affinity);
} affinities SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u32);
    __type(value, struct origin);
} origins SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct tuple);
    __type(value, struct translation);
} translations SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 8192);
    __type(key, struct fragment_key);
    __type(value, struct ports);
} fragments SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, union address);
    __type(value, struct endpoint);
} endpoints SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u32);
    __type(value, struct tunnel);
} tunnels SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, __u32);
} ports SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 65536);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} drops SEC(".maps");

int encapsulate(struct xdp_md *ctx);
int translate_icmp_error(struct xdp_md *ctx);
int dropped(struct xdp_md *ctx);
int deliver(struct xdp_md *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, CALL_COUNT);
    __uint(key_size, sizeof(__u32));
    __array(values, int(struct xdp_md *));
} calls SEC(".maps") = {
    .values = {
        [CALL_ENCAPSULATE] = &encapsulate,
        [CALL_ICMP_ERROR] = &translate_icmp_error,
        [CALL_DROPPED] = &dropped,
        [CALL_DELIVER] = &deliver,
    },
};

// The line is for whoever reads the drop event.
#define FAIL(scratch, reason) \
    ({ \
        (scratch)->line = __LINE__; \
        -(reason); \
    })

static __always_inline struct scratch *scratch(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&scratches, &zero);
}

// Zero or one in a register of its own, so that a second branch on it goes the way of the first: of a family that "is not 10" no
// range can tell.
static __always_inline bool family_is_v6(const struct scratch *s)
{
    bool is_v6 = s->tuple.family == FAMILY_IPV6;

    barrier_value(is_v6);
    return is_v6;
}

static __always_inline void count(__u32 reason, __u32 identity, __u64 bytes)
{
    struct metric_key key = {.identity = identity, .reason = reason};
    struct counter *counter = bpf_map_lookup_elem(&metrics, &reason);
    struct counter first = {.packets = 1, .bytes = bytes};

    if (counter) {
        counter->packets++;
        counter->bytes += bytes;
    }
    counter = bpf_map_lookup_elem(&identity_metrics, &key);
    if (counter) {
        counter->packets++;
        counter->bytes += bytes;
    } else {
        bpf_map_update_elem(&identity_metrics, &key, &first, BPF_NOEXIST);
    }
}

// Does not return if the other program is there.
static __always_inline int jump(struct xdp_md *ctx, enum call call, __u32 reason, __u32 argument, __u32 identity)
{
    struct handoff *handoff;
    void *data;

    if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*handoff)))
        return -DROP_INTERNAL;
    handoff = (void *)(long)ctx->data_meta;
    data = packet(ctx);
    if ((void *)(handoff + 1) > data)
        return -DROP_INTERNAL;
    handoff->magic = HANDOFF_MAGIC;
    handoff->reason = reason;
    handoff->argument = argument;
    handoff->identity = identity;
    bpf_tail_call(ctx, &calls, call);
    bpf_xdp_adjust_meta(ctx, sizeof(*handoff));
    return -DROP_MISSED_CALL;
}

static __always_inline int take_handoff(struct xdp_md *ctx, struct handoff *to)
{
    struct handoff *handoff = (void *)(long)ctx->data_meta;

    if ((void *)(handoff + 1) > packet(ctx) || handoff->magic != HANDOFF_MAGIC)
        return -DROP_INTERNAL;
    *to = *handoff;
    // What passes to the stack must not carry our words.
    return bpf_xdp_adjust_meta(ctx, sizeof(*handoff)) ? -DROP_INTERNAL : 0;
}

static __always_inline int parse_ethernet(struct xdp_md *ctx, struct scratch *s, __be16 *type)
{
    struct ethhdr *eth = header(ctx, 0, 0, sizeof(*eth));
    __u32 offset = sizeof(*eth);
    struct vlan_tag *tag;
    __be16 next;

    if (!eth)
        return FAIL(s, DROP_TRUNCATED);
    next = eth->h_proto;
    s->vlan_count = 0;
#pragma unroll
    for (int i = 0; i < MAX_VLANS; i++) {
        if (next != bpf_htons(ETH_P_8021Q) && next != bpf_htons(ETH_P_QINQ))
            break;
        tag = header(ctx, offset, L3_MASK, sizeof(*tag));
        if (!tag)
            return FAIL(s, DROP_TRUNCATED);
        s->vlan[i] = bpf_ntohs(tag->tci) & 0xfff;
        s->vlan_count = i + 1;
        next = tag->type;
        offset += sizeof(*tag);
    }
    s->l3 = offset;
    *type = next;
    return 0;
}

// Loose and strict source routes are for attackers only; any other option goes by.
static __always_inline int check_ipv4_options(struct xdp_md *ctx, struct scratch *s, __u32 header_bytes)
{
    s->at = s->l3 + sizeof(struct iphdr);
    s->left = header_bytes - sizeof(struct iphdr);
#pragma unroll
    for (int i = 0; i < MAX_IPV4_OPTIONS; i++) {
        __u32 left = *(volatile __u32 *)&s->left;
        __u32 step = 1;
        __u8 *option;

        if (left == 0)
            return 0;
        option = header(ctx, *(volatile __u32 *)&s->at, 0x7f, 1);
        if (!option)
            return FAIL(s, DROP_TRUNCATED);
        if (*option == 0)
            return 0;
        if (*option != 1) {
            if (*option == 131 || *option == 137)
                return FAIL(s, DROP_SOURCE_ROUTE);
            if ((void *)(option + 2) > packet_end(ctx))
                return FAIL(s, DROP_TRUNCATED);
            step = option[1];
            if (step < 2 || step > left)
                return FAIL(s, DROP_HEADER);
        }
        *(volatile __u32 *)&s->at += step;
        *(volatile __u32 *)&s->left = left - step;
    }
    // More options than forty bytes can usefully hold.
    return s->left ? FAIL(s, DROP_HEADER) : 0;
}

static __always_inline int parse_ipv4(struct xdp_md *ctx, struct scratch *s)
{
    struct iphdr *ip = header(ctx, s->l3, L3_MASK, sizeof(*ip));
    __u32 header_bytes, total;
    __u16 fragment;

    if (!ip)
        return FAIL(s, DROP_TRUNCATED);
    header_bytes = ip->ihl * 4;
    total = bpf_ntohs(ip->tot_len);
    if (ip->version != 4 || header_bytes < sizeof(*ip) || total < header_bytes)
        return FAIL(s, DROP_HEADER);
    // 32-bit arithmetic on lengths, as sizes of packets are: neither side can wrap, since both were read from 16 bits.
    if (s->l3 + total > s->length)
        return FAIL(s, DROP_TRUNCATED);
    s->tuple.family = FAMILY_IPV4;
    s->tuple.protocol = ip->protocol;
    address_of_v4(&s->tuple.source, ip->saddr);
    address_of_v4(&s->tuple.destination, ip->daddr);
    s->l4 = s->l3 + header_bytes;
    fragment = bpf_ntohs(ip->frag_off);
    if (fragment & (IPV4_MORE_FRAGMENTS | IPV4_FRAGMENT_OFFSET)) {
        s->fragmented = fragment & IPV4_FRAGMENT_OFFSET ? 2 : 1;
        s->fragment.id = ip->id;
    }
    if (header_bytes > sizeof(*ip))
        return check_ipv4_options(ctx, s, header_bytes);
    return 0;
}

static __always_inline int parse_ipv6(struct xdp_md *ctx, struct scratch *s)
{
    struct ipv6hdr *ip = header(ctx, s->l3, L3_MASK, sizeof(*ip));

    if (!ip)
        return FAIL(s, DROP_TRUNCATED);
    if (ip->version != 6)
        return FAIL(s, DROP_HEADER);
    if (s->l3 + sizeof(*ip) + bpf_ntohs(ip->payload_len) > s->length)
        return FAIL(s, DROP_TRUNCATED);
    s->tuple.family = FAMILY_IPV6;
    address_of_v6(&s->tuple.source, &ip->saddr);
    address_of_v6(&s->tuple.destination, &ip->daddr);
    s->next = ip->nexthdr;
    s->at = s->l3 + sizeof(*ip);
#pragma unroll
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
        __u32 at = *(volatile __u32 *)&s->at;
        __u8 next = *(volatile __u8 *)&s->next;
        struct ipv6_option *option;
        struct ipv6_fragment *fragment;
        __u32 bytes;

        switch (next) {
        case NEXT_HOP_BY_HOP:
        case NEXT_DESTINATION:
        case NEXT_MOBILITY:
        case NEXT_ROUTING:
        case NEXT_AUTHENTICATION:
            option = header(ctx, at, L4_MASK, 4);
            if (!option)
                return FAIL(s, DROP_TRUNCATED);
            // RFC 5095: routing header type 0 is forbidden; RFC 8200: hop-by-hop options come first.
            if (next == NEXT_ROUTING && ((__u8 *)option)[2] == 0)
                return FAIL(s, DROP_SOURCE_ROUTE);
            if (next == NEXT_HOP_BY_HOP && i > 0)
                return FAIL(s, DROP_EXTENSIONS);
            bytes = next == NEXT_AUTHENTICATION ? (option->length + 2) * 4 : (option->length + 1) * 8;
            *(volatile __u8 *)&s->next = option->next;
            *(volatile __u32 *)&s->at = at + bytes;
            continue;
        case NEXT_FRAGMENT:
            fragment = header(ctx, at, L4_MASK, sizeof(*fragment));
            if (!fragment)
                return FAIL(s, DROP_TRUNCATED);
            if (fragment->offset & bpf_htons(IPV6_FRAGMENT_OFFSET | IPV6_MORE_FRAGMENTS)) {
                s->fragmented = fragment->offset & bpf_htons(IPV6_FRAGMENT_OFFSET) ? 2 : 1;
                s->fragment.id = fragment->id;
            }
            *(volatile __u8 *)&s->next = fragment->next;
            *(volatile __u32 *)&s->at = at + sizeof(*fragment);
            if (s->fragmented == 2)
                break; // what follows is payload
            continue;
        case NEXT_NONE:
            return FAIL(s, DROP_PROTOCOL);
        default:
            break;
        }
        break;
    }
    s->tuple.protocol = s->next;
    s->l4 = s->at;
    if (s->l4 > L4_MASK)
        return FAIL(s, DROP_EXTENSIONS);
    switch (s->tuple.protocol) {
    case NEXT_HOP_BY_HOP:
    case NEXT_DESTINATION:
    case NEXT_ROUTING:
    case NEXT_MOBILITY:
        return FAIL(s, DROP_EXTENSIONS); // more than we look through
    }
    return 0;
}

// Later fragments have no ports: the first leaves them here.
static __always_inline int fragment_ports(struct scratch *s)
{
    struct ports *known, ports;

    s->fragment.source = s->tuple.source;
    s->fragment.destination = s->tuple.destination;
    s->fragment.protocol = s->tuple.protocol;
    s->fragment.family = s->tuple.family;
    s->fragment.pad = 0;
    if (s->fragmented == 1) {
        ports.source = s->tuple.source_port;
        ports.destination = s->tuple.destination_port;
        return bpf_map_update_elem(&fragments, &s->fragment, &ports, BPF_ANY) ? FAIL(s, DROP_TABLE_FULL) : 0;
    }
    known = bpf_map_lookup_elem(&fragments, &s->fragment);
    if (!known)
        return FAIL(s, DROP_FRAGMENT);
    s->tuple.source_port = known->source;
    s->tuple.destination_port = known->destination;
    return 0;
}

static __always_inline int parse_icmp(struct scratch *s, const struct icmp *icmp, bool is_v6)
{
    bool echo = is_v6 ? icmp->type == ICMPV6_ECHO_REQUEST : icmp->type == ICMP_ECHO;
    bool reply = is_v6 ? icmp->type == ICMPV6_ECHO_REPLY : icmp->type == ICMP_ECHOREPLY;
    bool error = is_v6 ? icmp->type < 128
                       : icmp->type == ICMP_DEST_UNREACH || icmp->type == ICMP_TIME_EXCEEDED
                    || icmp->type == ICMP_PARAMETERPROB;

    // The identifier stands for the port of the one who asks.
    if (echo) {
        s->tuple.source_port = icmp->id;
    } else if (reply) {
        s->tuple.destination_port = icmp->id;
    } else if (error) {
        s->icmp_error = 1;
    } else {
        return FAIL(s, DROP_PROTOCOL);
    }
    return 0;
}

static __always_inline int parse_l4(struct xdp_md *ctx, struct scratch *s)
{
    __u32 l4 = *(volatile __u32 *)&s->l4;
    bool is_v6 = family_is_v6(s);
    struct icmp *icmp;
    struct tcphdr *tcp;
    struct udphdr *udp;
    struct ports *sctp;

    if (s->fragmented == 2)
        return track_fragments ? fragment_ports(s) : FAIL(s, DROP_FRAGMENT);
    switch (s->tuple.protocol) {
    case IPPROTO_TCP:
        tcp = header(ctx, l4, L4_MASK, sizeof(*tcp));
        if (!tcp)
            return FAIL(s, DROP_TRUNCATED);
        if (tcp->doff < 5)
            return FAIL(s, DROP_HEADER);
        s->tcp_flags = ((__u8 *)tcp)[13];
        s->tuple.source_port = tcp->source;
        s->tuple.destination_port = tcp->dest;
        s->has_ports = 1;
        break;
    case IPPROTO_UDP:
        udp = header(ctx, l4, L4_MASK, sizeof(*udp));
        if (!udp)
            return FAIL(s, DROP_TRUNCATED);
        if (bpf_ntohs(udp->len) < sizeof(*udp))
            return FAIL(s, DROP_HEADER);
        s->tuple.source_port = udp->source;
        s->tuple.destination_port = udp->dest;
        s->has_ports = 1;
        break;
    case IPPROTO_SCTP:
        sctp = header(ctx, l4, L4_MASK, 12);
        if (!sctp)
            return FAIL(s, DROP_TRUNCATED);
        s->tuple.source_port = sctp->source;
        s->tuple.destination_port = sctp->destination;
        break; // its checksum is a CRC of everything: ports stay as they are
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
        if (is_v6 != (s->tuple.protocol == IPPROTO_ICMPV6))
            return FAIL(s, DROP_PROTOCOL);
        icmp = header(ctx, l4, L4_MASK, sizeof(*icmp));
        if (!icmp)
            return FAIL(s, DROP_TRUNCATED);
        return parse_icmp(s, icmp, is_v6);
    default:
        return FAIL(s, DROP_PROTOCOL);
    }
    if (s->fragmented && track_fragments)
        return fragment_ports(s);
    return 0;
}

static __always_inline bool prefiltered(struct scratch *s)
{
    s->prefix.length = 128;
    s->prefix.address = s->tuple.source;
    return bpf_map_lookup_elem(&prefilter, &s->prefix);
}

static __always_inline __u32 identity_of(struct scratch *s, const union address *address)
{
    struct endpoint *endpoint = bpf_map_lookup_elem(&endpoints, address);
    __u32 *identity;

    if (endpoint)
        return endpoint->identity;
    s->prefix.length = 128;
    s->prefix.address = *address;
    identity = bpf_map_lookup_elem(&identities, &s->prefix);
    return identity ? *identity : WORLD;
}

static __always_inline void turn(struct tuple *to, const struct tuple *from)
{
    to->source = from->destination;
    to->destination = from->source;
    to->source_port = from->destination_port;
    to->destination_port = from->source_port;
    to->protocol = from->protocol;
    to->family = from->family;
    to->scope = from->scope;
    to->pad = 0;
}

// Writes an address and a port into the packet, as its source or its destination, and mends both checksums by the difference.
static __always_inline int rewrite(
    struct xdp_md *ctx, struct scratch *s, bool source, const union address *address, __be16 port)
{
    bool is_v6 = family_is_v6(s);
    __u32 l4 = *(volatile __u32 *)&s->l4;
    __u32 l3 = *(volatile __u32 *)&s->l3;
    struct ipv6hdr *ip6 = 0;
    struct iphdr *ip4 = 0;
    const void *replacement;
    __sum16 *checksum = 0;
    __be16 *port_at = 0;
    void *address_at;
    bool optional = false;
    __s64 difference;
    __u32 size;
    void *l4_header;

    if (is_v6) {
        ip6 = header(ctx, l3, L3_MASK, sizeof(*ip6));
        if (!ip6)
            return FAIL(s, DROP_TRUNCATED);
        address_at = source ? &ip6->saddr : &ip6->daddr;
        replacement = address;
        size = 16;
    } else {
        ip4 = header(ctx, l3, L3_MASK, sizeof(*ip4));
        if (!ip4)
            return FAIL(s, DROP_TRUNCATED);
        address_at = source ? &ip4->saddr : &ip4->daddr;
        replacement = &address->word[3];
        size = 4;
    }
    difference = bpf_csum_diff(address_at, size, (void *)replacement, size, 0);
    if (difference < 0)
        return FAIL(s, DROP_INTERNAL);
    if (s->fragmented != 2) {
        switch (s->tuple.protocol) {
        case IPPROTO_TCP:
            l4_header = header(ctx, l4, L4_MASK, sizeof(struct tcphdr));
            if (!l4_header)
                return FAIL(s, DROP_TRUNCATED);
            checksum = &((struct tcphdr *)l4_header)->check;
            port_at = source ? &((struct tcphdr *)l4_header)->source : &((struct tcphdr *)l4_header)->dest;
            break;
        case IPPROTO_UDP:
            l4_header = header(ctx, l4, L4_MASK, sizeof(struct udphdr));
            if (!l4_header)
                return FAIL(s, DROP_TRUNCATED);
            checksum = &((struct udphdr *)l4_header)->check;
            port_at = source ? &((struct udphdr *)l4_header)->source : &((struct udphdr *)l4_header)->dest;
            optional = true;
            break;
        case IPPROTO_ICMPV6:
            l4_header = header(ctx, l4, L4_MASK, sizeof(struct icmp));
            if (!l4_header)
                return FAIL(s, DROP_TRUNCATED);
            checksum = &((struct icmp *)l4_header)->checksum;
            port_at = &((struct icmp *)l4_header)->id;
            break;
        case IPPROTO_ICMP:
            l4_header = header(ctx, l4, L4_MASK, sizeof(struct icmp));
            if (!l4_header)
                return FAIL(s, DROP_TRUNCATED);
            // No pseudo-header: only the identifier counts.
            port_at = &((struct icmp *)l4_header)->id;
            if (*port_at != port)
                checksum_replace2(&((struct icmp *)l4_header)->checksum, *port_at, port);
            break;
        }
    }
    if (checksum && !(optional && *checksum == 0)) {
        checksum_add(checksum, (__u32)difference);
        if (port_at)
            checksum_replace2(checksum, *port_at, port);
        if (optional && *checksum == 0)
            *checksum = 0xffff;
    }
    if (port_at)
        *port_at = port;
    // Which header it is was settled above; a verifier that joined the two paths would have forgotten.
    if (is_v6) {
        __builtin_memcpy(address_at, address, 16);
    } else {
        checksum_add(&ip4->check, (__u32)difference);
        *(__be32 *)address_at = address->word[3];
    }
    return 0;
}

static __always_inline struct backend *usable(__u32 id)
{
    struct backend *backend = bpf_map_lookup_elem(&backends, &id);

    return backend && !backend->down ? backend : 0;
}

// Chooses a backend for a new connection to a service: the client's last one, else by hash, and the next if that one is down.
static __always_inline struct backend *choose_backend(struct scratch *s, const struct service *service)
{
    struct affinity_key affinity_key = {.client = s->tuple.source, .service = service->id};
    __u32 seconds = service->affinity_seconds;
    __u64 now = bpf_ktime_get_ns();
    __u32 count = service->count;
    __u16 id = service->id;
    struct affinity *affinity;
    struct backend *backend;
    struct service *slot;
    __u32 hash;

    if (seconds) {
        affinity = bpf_map_lookup_elem(&affinities, &affinity_key);
        if (affinity && now - affinity->used < seconds * SECOND) {
            backend = usable(affinity->backend);
            if (backend) {
                affinity->used = now;
                s->backend = affinity->backend;
                return backend;
            }
        }
    }
    if (!count)
        return 0;
    hash = hash_flow(&s->tuple.source, &s->tuple.destination,
        (__u32)s->tuple.source_port << 16 | s->tuple.destination_port, id);
#pragma unroll
    for (int i = 0; i < 4; i++) {
        s->service.slot = 1 + (hash + i) % count;
        slot = bpf_map_lookup_elem(&services, &s->service);
        if (!slot)
            continue;
        backend = usable(slot->backend);
        if (!backend)
            continue;
        s->backend = slot->backend;
        if (seconds) {
            struct affinity fresh = {.used = now, .backend = slot->backend};

            bpf_map_update_elem(&affinities, &affinity_key, &fresh, BPF_ANY);
        }
        return backend;
    }
    return 0;
}

// A packet to a service becomes one to a backend; the connection remembers which.
static __always_inline int translate_service(struct xdp_md *ctx, struct scratch *s)
{
    struct connection *known;
    struct backend *backend = 0;
    struct service *service;
    int error;

    if (!s->has_ports)
        return 0;
    s->service.address = s->tuple.destination;
    s->service.port = s->tuple.destination_port;
    s->service.protocol = s->tuple.protocol;
    s->service.pad = 0;
    s->service.slot = 0;
    service = bpf_map_lookup_elem(&services, &s->service);
    if (!service) {
        s->service.port = 0; // every port of that address
        service = bpf_map_lookup_elem(&services, &s->service);
        if (!service)
            return 0;
    }
    s->service_id = service->id;
    s->original.address = s->tuple.destination;
    s->original.port = s->tuple.destination_port;

    s->tuple.scope = 1;
    known = bpf_map_lookup_elem(&connections, &s->tuple);
    if (known && known->service == s->service_id) {
        backend = usable(known->backend);
        if (backend) {
            s->backend = known->backend;
            known->packets++;
            known->bytes += s->length;
            known->expires = bpf_ktime_get_ns() + LIFETIME_ESTABLISHED;
        }
    }
    if (!backend) {
        backend = choose_backend(s, service);
        if (!backend)
            return FAIL(s, DROP_NO_BACKEND);
        __builtin_memset(&s->connection, 0, sizeof(s->connection));
        s->connection.backend = s->backend;
        s->connection.service = s->service_id;
        s->connection.packets = 1;
        s->connection.bytes = s->length;
        s->connection.expires = bpf_ktime_get_ns() + LIFETIME_SYN;
        if (bpf_map_update_elem(&connections, &s->tuple, &s->connection, BPF_ANY))
            return FAIL(s, DROP_TABLE_FULL);
    }
    s->tuple.scope = 0;
    error = rewrite(ctx, s, false, &backend->address, backend->port ? backend->port : s->tuple.destination_port);
    if (error)
        return error;
    s->tuple.destination = backend->address;
    if (backend->port)
        s->tuple.destination_port = backend->port;
    return 1;
}

static __always_inline __u64 lifetime(const struct scratch *s, const struct connection *connection)
{
    if (s->tuple.protocol != IPPROTO_TCP)
        return LIFETIME_OTHER;
    if (connection->closing)
        return LIFETIME_CLOSING;
    return connection->flags_seen[1] & TCP_SYN ? LIFETIME_ESTABLISHED : LIFETIME_SYN;
}

// One packet of a known connection, from the one who began it (side 0) or the other (side 1).
static __always_inline void advance(const struct scratch *s, struct connection *connection, __u32 side)
{
    connection->packets++;
    connection->bytes += s->length;
    if (s->tuple.protocol == IPPROTO_TCP) {
        connection->flags_seen[side & 1] |= s->tcp_flags;
        if (s->tcp_flags & TCP_RST)
            connection->closing |= 4;
        else if (s->tcp_flags & TCP_FIN)
            connection->closing |= 1 << (side & 1);
    }
    connection->expires = bpf_ktime_get_ns() + lifetime(s, connection);
}

static __always_inline enum tracking track(struct scratch *s, struct connection **found)
{
    bool opening = s->tuple.protocol == IPPROTO_TCP && (s->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    struct connection *connection;
    enum tracking result;
    __u32 side;

    turn(&s->reverse, &s->tuple);
    connection = bpf_map_lookup_elem(&connections, &s->reverse);
    if (connection) {
        side = 1;
        result = TRACK_REPLY;
    } else {
        connection = bpf_map_lookup_elem(&connections, &s->tuple);
        if (!connection)
            return TRACK_NEW;
        side = 0;
        result = TRACK_ESTABLISHED;
    }
    if (connection->expires < bpf_ktime_get_ns())
        return TRACK_NEW;
    // The same ports again, after the connection was closed from both sides.
    if (opening && (connection->closing & 4 || (connection->closing & 3) == 3))
        return TRACK_REOPENED;
    advance(s, connection, side);
    *found = connection;
    return result;
}

static __always_inline int begin(struct scratch *s, bool masqueraded)
{
    __builtin_memset(&s->connection, 0, sizeof(s->connection));
    s->connection.packets = 1;
    s->connection.bytes = s->length;
    s->connection.source_identity = s->source_identity;
    s->connection.service = s->service_id;
    s->connection.backend = s->backend;
    s->connection.masqueraded = masqueraded;
    if (s->tuple.protocol == IPPROTO_TCP)
        s->connection.flags_seen[0] = s->tcp_flags;
    s->connection.expires = bpf_ktime_get_ns() + lifetime(s, &s->connection);
    return bpf_map_update_elem(&connections, &s->tuple, &s->connection, BPF_ANY) ? FAIL(s, DROP_TABLE_FULL) : 0;
}

static __always_inline int verdict_of(struct policy *policy, __u32 length)
{
    __sync_fetch_and_add(&policy->packets, 1);
    __sync_fetch_and_add(&policy->bytes, length);
    return policy->deny ? -DROP_POLICY : 1;
}

// From exact to wildcard, the first that is there decides; none denies.
static __always_inline int allowed(struct scratch *s, __u32 identity, enum direction direction)
{
    struct policy_key key = {
        .identity = identity,
        .port = s->tuple.destination_port,
        .protocol = s->tuple.protocol,
        .direction = direction,
    };
    struct policy *policy;

    if (!enforce_policy)
        return 1;
    policy = bpf_map_lookup_elem(&policies, &key); // identity, protocol and port
    if (policy)
        return verdict_of(policy, s->length);
    key.port = 0; // identity and protocol
    policy = bpf_map_lookup_elem(&policies, &key);
    if (policy)
        return verdict_of(policy, s->length);
    key.protocol = 0; // identity
    policy = bpf_map_lookup_elem(&policies, &key);
    if (policy)
        return verdict_of(policy, s->length);
    key.identity = 0; // anyone: protocol and port
    key.protocol = s->tuple.protocol;
    key.port = s->tuple.destination_port;
    policy = bpf_map_lookup_elem(&policies, &key);
    if (policy)
        return verdict_of(policy, s->length);
    key.port = 0; // anyone: protocol
    policy = bpf_map_lookup_elem(&policies, &key);
    if (policy)
        return verdict_of(policy, s->length);
    key.protocol = 0; // anyone, anything
    policy = bpf_map_lookup_elem(&policies, &key);
    if (policy)
        return verdict_of(policy, s->length);
    return FAIL(s, DROP_POLICY);
}

static __always_inline void masquerade_address(const struct scratch *s, union address *to)
{
    if (s->tuple.family == FAMILY_IPV6) {
#pragma unroll
        for (int i = 0; i < 16; i++)
            to->byte[i] = masquerade_v6[i];
    } else {
        address_of_v4(to, masquerade_v4);
    }
}

// Finds a port that no other connection to the same destination has, and claims it for the way back.
static __always_inline int claim_port(struct scratch *s)
{
    __u32 seed = hash_flow(&s->tuple.source, &s->tuple.destination,
        (__u32)s->tuple.source_port << 16 | s->tuple.destination_port, 0);
    __be16 wanted = s->tuple.source_port;

    turn(&s->attempt, &s->tuple);
    masquerade_address(s, &s->attempt.destination);
    s->translation.address = s->tuple.source;
    s->translation.port = s->tuple.source_port;
    s->translation.pad = 0;
    s->translation.pad2 = 0;
    s->translation.created = bpf_ktime_get_ns();
#pragma unroll
    for (int i = 0; i < PORT_ATTEMPTS; i++) {
        s->attempt.destination_port = wanted;
        // The map itself says whether the port is free: two CPUs may try the same.
        if (!bpf_map_update_elem(&translations, &s->attempt, &s->translation, BPF_NOEXIST))
            return 0;
        seed = hash3(seed, s->tuple.source.word[3] ^ i, s->tuple.destination.word[3]);
        wanted = bpf_htons(first_port + (__u16)(((__u64)seed * port_count) >> 32));
    }
    return FAIL(s, DROP_NO_PORT);
}

// From inside to the world: the source becomes ours.
static __always_inline int masquerade(struct xdp_md *ctx, struct scratch *s)
{
    struct translation *known;
    int error;

    known = bpf_map_lookup_elem(&translations, &s->tuple);
    if (known) {
        s->translation.address = known->address;
        s->translation.port = known->port;
    } else {
        error = claim_port(s);
        if (error)
            return error;
        // And the way there, so that the next packets need no search.
        s->translation.address = s->attempt.destination;
        s->translation.port = s->attempt.destination_port;
        if (bpf_map_update_elem(&translations, &s->tuple, &s->translation, BPF_ANY)) {
            bpf_map_delete_elem(&translations, &s->attempt);
            return FAIL(s, DROP_TABLE_FULL);
        }
    }
    return rewrite(ctx, s, true, &s->translation.address, s->translation.port);
}

// From the world to a port of ours: the destination becomes who asked. 1 if it was translated.
static __always_inline int unmasquerade(struct xdp_md *ctx, struct scratch *s)
{
    struct translation *known;
    union address ours;
    int error;

    masquerade_address(s, &ours);
    if (!same_address(&ours, &s->tuple.destination))
        return 0;
    known = bpf_map_lookup_elem(&translations, &s->tuple);
    if (!known)
        return 0;
    error = rewrite(ctx, s, false, &known->address, known->port);
    if (error)
        return error;
    s->tuple.destination = known->address;
    s->tuple.destination_port = known->port;
    return 1;
}

static __always_inline int restore_service(struct xdp_md *ctx, struct scratch *s, const struct connection *connection)
{
    __u32 service = connection->service;
    struct origin *origin;
    int error;

    if (!service)
        return 0;
    origin = bpf_map_lookup_elem(&origins, &service);
    if (!origin)
        return 0;
    error = rewrite(ctx, s, true, &origin->address, origin->port ? origin->port : s->tuple.source_port);
    if (error)
        return error;
    s->tuple.source = origin->address;
    return 0;
}

// What a tunnel takes, a SYN must not promise.
static __always_inline int lower_mss(struct xdp_md *ctx, struct scratch *s)
{
    __u32 l4 = *(volatile __u32 *)&s->l4;
    struct tcphdr *tcp = header(ctx, l4, L4_MASK, sizeof(*tcp));

    if (!tcp)
        return FAIL(s, DROP_TRUNCATED);
    s->at = l4 + sizeof(*tcp);
    s->left = tcp->doff * 4 - sizeof(*tcp);
    if (s->left > 40)
        return FAIL(s, DROP_HEADER);
#pragma unroll
    for (int i = 0; i < MAX_TCP_OPTIONS; i++) {
        __u32 left = *(volatile __u32 *)&s->left;
        __u32 at = *(volatile __u32 *)&s->at;
        __u32 step = 1;
        __u8 *option;

        if (left == 0)
            return 0;
        option = header(ctx, at, L4_MASK, 1);
        if (!option)
            return FAIL(s, DROP_TRUNCATED);
        if (option[0] == 0)
            return 0;
        if (option[0] != 1) {
            if ((void *)(option + 2) > packet_end(ctx))
                return FAIL(s, DROP_TRUNCATED);
            step = option[1];
            if (step < 2 || step > left)
                return FAIL(s, DROP_HEADER);
            if (option[0] == 2 && step == 4) {
                __be16 from, to = bpf_htons(clamp_mss_to);

                if ((void *)(option + 4) > packet_end(ctx))
                    return FAIL(s, DROP_TRUNCATED);
                from = *(__be16 *)(option + 2);
                if (bpf_ntohs(from) <= clamp_mss_to)
                    return 0;
                *(__be16 *)(option + 2) = to;
                // At an odd offset the sum is of swapped bytes.
                if ((at - l4) & 1) {
                    from = __builtin_bswap16(from);
                    to = __builtin_bswap16(to);
                }
                tcp = header(ctx, l4, L4_MASK, sizeof(*tcp));
                if (!tcp)
                    return FAIL(s, DROP_TRUNCATED);
                checksum_replace2(&tcp->check, from, to);
                return 0;
            }
        }
        *(volatile __u32 *)&s->at = at + step;
        *(volatile __u32 *)&s->left = left - step;
    }
    return 0;
}

static __always_inline int age(struct xdp_md *ctx, struct scratch *s)
{
    __u32 l3 = *(volatile __u32 *)&s->l3;

    if (s->tuple.family == FAMILY_IPV6) {
        struct ipv6hdr *ip6 = header(ctx, l3, L3_MASK, sizeof(*ip6));

        if (!ip6)
            return FAIL(s, DROP_TRUNCATED);
        if (ip6->hop_limit <= 1)
            return FAIL(s, DROP_TTL);
        ip6->hop_limit--;
    } else {
        struct iphdr *ip4 = header(ctx, l3, L3_MASK, sizeof(*ip4));

        if (!ip4)
            return FAIL(s, DROP_TRUNCATED);
        if (ip4->ttl <= 1)
            return FAIL(s, DROP_TTL);
        ip4->ttl--;
        checksum_replace2(&ip4->check, bpf_htons(0x0100), 0);
    }
    return 0;
}

static __always_inline void report(struct scratch *s, __u32 reason)
{
    if (!report_flows)
        return;
    s->record.time = bpf_ktime_get_ns();
    s->record.tuple = s->tuple;
    s->record.source_identity = s->source_identity;
    s->record.destination_identity = s->destination_identity;
    s->record.reason = reason;
    s->record.length = s->length;
    bpf_ringbuf_output(&flows, &s->record, sizeof(s->record), BPF_RB_NO_WAKEUP);
}

// Where to, when the destination is no endpoint of ours: as the kernel routes.
static __always_inline int route(struct xdp_md *ctx, struct scratch *s)
{
    struct bpf_fib_lookup fib = {.ifindex = ctx->ingress_ifindex, .l4_protocol = s->tuple.protocol};
    struct ethhdr *eth;
    long result;

    if (s->tuple.family == FAMILY_IPV6) {
        fib.family = FAMILY_IPV6;
        __builtin_memcpy(fib.ipv6_src, s->tuple.source.byte, 16);
        __builtin_memcpy(fib.ipv6_dst, s->tuple.destination.byte, 16);
    } else {
        fib.family = FAMILY_IPV4;
        fib.ipv4_src = s->tuple.source.word[3];
        fib.ipv4_dst = s->tuple.destination.word[3];
    }
    fib.sport = s->tuple.source_port;
    fib.dport = s->tuple.destination_port;
    fib.tot_len = s->length - (*(volatile __u32 *)&s->l3 & L3_MASK);
    result = bpf_fib_lookup(ctx, &fib, sizeof(fib), 0);
    switch (result) {
    case BPF_FIB_LKUP_RET_SUCCESS:
        break;
    case BPF_FIB_LKUP_RET_BLACKHOLE:
    case BPF_FIB_LKUP_RET_UNREACHABLE:
    case BPF_FIB_LKUP_RET_PROHIBIT:
        return FAIL(s, DROP_NO_ROUTE);
    default:
        return XDP_PASS; // the kernel knows neighbours, fragmentation and itself better
    }
    eth = header(ctx, 0, 0, sizeof(*eth));
    if (!eth)
        return FAIL(s, DROP_TRUNCATED);
    __builtin_memcpy(eth->h_dest, fib.dmac, ETH_ALEN);
    __builtin_memcpy(eth->h_source, fib.smac, ETH_ALEN);
    return bpf_redirect_map(&ports, fib.ifindex, XDP_PASS);
}

// Reads the packet's headers into scratch. Negative reason, or the Ethernet type if it is not ours to look at, or 0.
static __always_inline int parse(struct xdp_md *ctx, struct scratch *s)
{
    __be16 type = 0;
    int error = parse_ethernet(ctx, s, &type);

    if (error)
        return error;
    s->fragmented = 0;
    s->has_ports = 0;
    s->icmp_error = 0;
    s->masquerade = 0;
    s->tcp_flags = 0;
    s->service_id = 0;
    s->backend = 0;
    s->tuple.source_port = 0;
    s->tuple.destination_port = 0;
    s->tuple.scope = 0;
    s->tuple.pad = 0;
    if (type == bpf_htons(ETH_P_IP))
        error = parse_ipv4(ctx, s);
    else if (type == bpf_htons(ETH_P_IPV6))
        error = parse_ipv6(ctx, s);
    else
        return bpf_ntohs(type) ?: 1;
    return error ? error : parse_l4(ctx, s);
}

// The whole way of a packet that was parsed. A verdict, or a negative reason.
static __always_inline int process(struct xdp_md *ctx, struct scratch *s)
{
    struct connection *connection = 0;
    struct endpoint *target, *origin;
    enum tracking tracking;
    int result, translated;

    if (prefiltered(s))
        return FAIL(s, DROP_PREFILTER);
    if (s->icmp_error)
        return jump(ctx, CALL_ICMP_ERROR, 0, s->l4, 0);
    origin = bpf_map_lookup_elem(&endpoints, &s->tuple.source);
    s->source_identity = identity_of(s, &s->tuple.source);
    // An endpoint's address is seen on its own port only.
    if (origin && origin->ifindex != ctx->ingress_ifindex)
        return FAIL(s, DROP_SPOOFED);

    translated = unmasquerade(ctx, s);
    if (translated < 0)
        return translated;
    if (!translated) {
        translated = translate_service(ctx, s);
        if (translated < 0)
            return translated;
    }
    s->destination_identity = identity_of(s, &s->tuple.destination);

    tracking = track(s, &connection);
    switch (tracking) {
    case TRACK_NEW:
        // A segment in the middle of nothing: whoever sent it shall begin again.
        if (s->tuple.protocol == IPPROTO_TCP && (s->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_SYN
                && s->fragmented != 2)
            return FAIL(s, DROP_STATE);
        break;
    case TRACK_REOPENED:
    case TRACK_RELATED:
    case TRACK_ESTABLISHED:
    case TRACK_REPLY:
        break;
    }
    if (tracking == TRACK_NEW || tracking == TRACK_REOPENED) {
        result = origin ? allowed(s, s->destination_identity, EGRESS) : 1;
        if (result > 0)
            result = allowed(s, s->source_identity, INGRESS);
        if (result < 0)
            return result;
        s->masquerade = origin && s->destination_identity == WORLD;
        result = begin(s, s->masquerade);
        if (result < 0)
            return result;
        report(s, FORWARDED);
    } else if (connection) {
        s->masquerade = connection->masqueraded && tracking == TRACK_ESTABLISHED;
    }
    if (clamp_mss && s->tuple.protocol == IPPROTO_TCP && s->tcp_flags & TCP_SYN && s->fragmented != 2) {
        result = lower_mss(ctx, s);
        if (result < 0)
            return result;
    }
    // Only a reply has a connection whose service matters: the pointer is null on the other paths.
    if (tracking == TRACK_REPLY) {
        result = restore_service(ctx, s, connection);
        if (result < 0)
            return result;
    }
    target = bpf_map_lookup_elem(&endpoints, &s->tuple.destination);
    if (target)
        return jump(ctx, CALL_DELIVER, 0, target->ifindex, s->source_identity);
    if (s->destination_identity > WORLD)
        return jump(ctx, CALL_ENCAPSULATE, 0, s->destination_identity, s->source_identity);
    if (s->destination_identity == HOST) {
        count(TO_HOST, s->source_identity, s->length);
        return XDP_PASS;
    }
    if (s->masquerade) {
        result = masquerade(ctx, s);
        if (result < 0)
            return result;
    }
    result = age(ctx, s);
    if (result < 0)
        return result;
    result = route(ctx, s);
    if (result >= 0)
        count(FORWARDED, s->source_identity, s->length);
    return result;
}

SEC("xdp")
int datapath(struct xdp_md *ctx)
{
    struct scratch *s = scratch();
    int result;

    if (!s)
        return XDP_ABORTED;
    s->length = packet_end(ctx) - packet(ctx);
    s->line = 0;
    s->source_identity = 0;
    s->destination_identity = 0;
    result = parse(ctx, s);
    if (result > 0) {
        count(NOT_IP, 0, s->length);
        return XDP_PASS;
    }
    if (result == 0)
        result = process(ctx, s);
    if (result >= 0)
        return result;
    jump(ctx, CALL_DROPPED, -result, s->line, s->source_identity);
    count(DROP_MISSED_CALL, s->source_identity, s->length);
    return XDP_DROP;
}

// Counts a drop and tells of it.
SEC("xdp")
int dropped(struct xdp_md *ctx)
{
    struct drop_event event = {};
    struct handoff handoff;

    if (take_handoff(ctx, &handoff))
        return XDP_ABORTED;
    event.reason = handoff.reason;
    event.line = handoff.argument;
    event.identity = handoff.identity;
    event.length = packet_end(ctx) - packet(ctx);
    count(handoff.reason, handoff.identity, event.length);
    // The first bytes of the packet go along.
    bpf_perf_event_output(ctx, &drops, BPF_F_CURRENT_CPU | (__u64)(event.length < 128 ? event.length : 128) << 32, &event,
        sizeof(event));
    return XDP_DROP;
}

// To an endpoint on this host.
SEC("xdp")
int deliver(struct xdp_md *ctx)
{
    struct scratch *s = scratch();
    struct endpoint *endpoint;
    struct handoff handoff;
    struct ethhdr *eth;
    const __u8 *mac;
    int result;

    if (!s || take_handoff(ctx, &handoff))
        return XDP_ABORTED;
    result = age(ctx, s);
    if (result < 0) {
        count(-result, handoff.identity, s->length);
        return XDP_DROP;
    }
    endpoint = bpf_map_lookup_elem(&endpoints, &s->tuple.destination);
    eth = header(ctx, 0, 0, sizeof(*eth));
    if (!eth)
        return XDP_ABORTED;
    // From the map, or if the endpoint has gone since, back to the packet's sender.
    mac = endpoint ? endpoint->mac : eth->h_source;
    __builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
    if (endpoint)
        __builtin_memcpy(eth->h_source, endpoint->gateway_mac, ETH_ALEN);
    count(DELIVERED, handoff.identity, s->length);
    return bpf_redirect_map(&ports, handoff.argument, XDP_PASS);
}

struct vxlan {
    __be32 flags;
    __be32 vni;
};

struct geneve {
    __u8 options; // version and length of the options in words
    __u8 flags;
    __be16 protocol;
    __be32 vni;
    // one option: the sender's identity
    __be16 option_class;
    __u8 option_type;
    __u8 option_length;
    __be32 identity;
};

static __always_inline void outer_ipv4(struct iphdr *ip, const struct tunnel *tunnel, __u8 protocol, __u32 bytes)
{
    ip->version = 4;
    ip->ihl = 5;
    ip->tos = 0;
    ip->tot_len = bpf_htons(bytes);
    ip->id = 0;
    ip->frag_off = bpf_htons(0x4000);
    ip->ttl = 64;
    ip->protocol = protocol;
    ip->check = 0;
    ip->saddr = tunnel_source_v4;
    ip->daddr = tunnel->remote;
    ip->check = ipv4_checksum(ip);
}

static __always_inline void outer_ethernet(struct ethhdr *eth, const struct tunnel *tunnel)
{
    __builtin_memcpy(eth->h_dest, tunnel->mac, ETH_ALEN);
#pragma unroll
    for (int i = 0; i < ETH_ALEN; i++)
        eth->h_source[i] = tunnel_source_mac[i];
    eth->h_proto = bpf_htons(ETH_P_IP);
}

// The source port spreads flows over the paths of the network between.
static __always_inline void outer_udp(struct udphdr *udp, __u16 port, __u32 hash, __u32 bytes)
{
    udp->source = bpf_htons(0xc000 | (hash & 0x3fff));
    udp->dest = bpf_htons(port);
    udp->len = bpf_htons(bytes);
    udp->check = TUNNEL_UDP_CHECKSUM;
}

// To another host, in the tunnel of the destination's identity.
SEC("xdp")
int encapsulate(struct xdp_md *ctx)
{
    struct scratch *s = scratch();
    __u32 hash, inner, identity, reason = DROP_NO_TUNNEL, strip;
    struct handoff handoff;
    struct tunnel *tunnel;
    struct geneve *geneve;
    struct vxlan *vxlan;
    struct ethhdr *eth;
    struct udphdr *udp;
    struct iphdr *ip;

    if (!s || take_handoff(ctx, &handoff))
        return XDP_ABORTED;
    identity = handoff.argument;
    tunnel = bpf_map_lookup_elem(&tunnels, &identity);
    if (!tunnel)
        goto drop;
    reason = DROP_NO_ROOM;
    inner = packet_end(ctx) - packet(ctx);
    hash = hash_flow(&s->tuple.source, &s->tuple.destination,
        (__u32)s->tuple.source_port << 16 | s->tuple.destination_port, s->tuple.protocol);
    switch (tunnel->kind) {
    case TUNNEL_VXLAN:
        if (bpf_xdp_adjust_head(ctx, -(int)(OUTER_UDP + sizeof(*vxlan))))
            goto drop;
        eth = packet(ctx);
        ip = (void *)(eth + 1);
        udp = (void *)(ip + 1);
        vxlan = (void *)(udp + 1);
        if ((void *)(vxlan + 1) > packet_end(ctx))
            goto drop;
        outer_ethernet(eth, tunnel);
        outer_ipv4(ip, tunnel, IPPROTO_UDP, inner + sizeof(*ip) + sizeof(*udp) + sizeof(*vxlan));
        outer_udp(udp, VXLAN_PORT, hash, inner + sizeof(*udp) + sizeof(*vxlan));
        vxlan->flags = bpf_htonl(0x08000000);
        vxlan->vni = bpf_htonl(tunnel->vni << 8);
        break;
    case TUNNEL_GENEVE:
        if (bpf_xdp_adjust_head(ctx, -(int)(OUTER_UDP + sizeof(*geneve))))
            goto drop;
        eth = packet(ctx);
        ip = (void *)(eth + 1);
        udp = (void *)(ip + 1);
        geneve = (void *)(udp + 1);
        if ((void *)(geneve + 1) > packet_end(ctx))
            goto drop;
        outer_ethernet(eth, tunnel);
        outer_ipv4(ip, tunnel, IPPROTO_UDP, inner + sizeof(*ip) + sizeof(*udp) + sizeof(*geneve));
        outer_udp(udp, GENEVE_PORT, hash, inner + sizeof(*udp) + sizeof(*geneve));
        geneve->options = 2;
        geneve->flags = 0;
        geneve->protocol = bpf_htons(0x6558); // Ethernet in it
        geneve->vni = bpf_htonl(tunnel->vni << 8);
        geneve->option_class = bpf_htons(0x0148);
        geneve->option_type = 1;
        geneve->option_length = 1;
        geneve->identity = bpf_htonl(handoff.identity);
        break;
    case TUNNEL_IPIP:
        reason = DROP_PROTOCOL;
        if (s->tuple.family != FAMILY_IPV4)
            goto drop;
        // Ethernet and VLAN tags stay behind: 14 to 22 bytes go, 34 come.
        strip = *(volatile __u32 *)&s->l3 & L3_MASK;
        if (strip < sizeof(*eth) || strip >= inner)
            goto drop;
        reason = DROP_NO_ROOM;
        if (bpf_xdp_adjust_head(ctx, (int)strip - (int)(sizeof(*eth) + sizeof(*ip))))
            goto drop;
        eth = packet(ctx);
        ip = (void *)(eth + 1);
        if ((void *)(ip + 1) > packet_end(ctx))
            goto drop;
        outer_ethernet(eth, tunnel);
        outer_ipv4(ip, tunnel, IPPROTO_IPIP, inner - strip + sizeof(*ip));
        break;
    default:
        goto drop;
    }
    count(ENCAPSULATED, handoff.identity, s->length);
    return XDP_TX;

drop:
    count(reason, handoff.identity, s->length);
    return XDP_DROP;
}

// A checksum over a few bytes that stay in place, all of them in the packet.
static __always_inline void mend_inner_v4(struct iphdr *inner, __be32 source)
{
    checksum_replace4(&inner->check, inner->saddr, source);
    inner->saddr = source;
}

// An ICMP error for a packet that we masqueraded: its inner header has our address and port as source. Both inner and outer become
// what they are for the endpoint that sent it.
SEC("xdp")
int translate_icmp_error(struct xdp_md *ctx)
{
    struct scratch *s = scratch();
    struct translation *known = 0;
    struct endpoint *endpoint;
    __u32 inner_l4, l4;
    struct ipv6hdr *inner6 = 0;
    struct iphdr *inner4 = 0;
    struct handoff handoff;
    struct ports *inner_ports;
    struct icmp *icmp;
    __be16 from_port;
    bool is_v6;

    if (!s || take_handoff(ctx, &handoff))
        return XDP_ABORTED;
    is_v6 = family_is_v6(s);
    l4 = handoff.argument;
    // The inner packet, turned round, is the way back that claim_port() left.
    if (is_v6) {
        inner6 = header(ctx, l4 + sizeof(*icmp), L4_MASK, sizeof(*inner6));
        if (!inner6 || inner6->version != 6)
            goto unknown;
        address_of_v6(&s->attempt.source, &inner6->daddr);
        address_of_v6(&s->attempt.destination, &inner6->saddr);
        s->attempt.protocol = inner6->nexthdr;
        inner_l4 = l4 + sizeof(*icmp) + sizeof(*inner6);
    } else {
        inner4 = header(ctx, l4 + sizeof(*icmp), L4_MASK, sizeof(*inner4));
        if (!inner4 || inner4->version != 4 || inner4->ihl < 5)
            goto unknown;
        address_of_v4(&s->attempt.source, inner4->daddr);
        address_of_v4(&s->attempt.destination, inner4->saddr);
        s->attempt.protocol = inner4->protocol;
        inner_l4 = l4 + sizeof(*icmp) + inner4->ihl * 4;
    }
    if (s->attempt.protocol != IPPROTO_TCP && s->attempt.protocol != IPPROTO_UDP)
        goto unknown;
    inner_ports = header(ctx, inner_l4, L4_MASK, sizeof(*inner_ports));
    if (!inner_ports)
        goto unknown;
    s->attempt.source_port = inner_ports->destination;
    s->attempt.destination_port = inner_ports->source;
    s->attempt.family = s->tuple.family;
    s->attempt.scope = 0;
    s->attempt.pad = 0;
    known = bpf_map_lookup_elem(&translations, &s->attempt);
    if (!known)
        goto unknown;
    from_port = inner_ports->source;
    icmp = header(ctx, l4, L4_MASK, sizeof(*icmp));
    if (!icmp)
        goto unknown;
    if (is_v6) {
        // Everything inside is under the ICMP checksum, and the outer address is in its pseudo-header.
        struct ipv6hdr *outer = header(ctx, *(volatile __u32 *)&s->l3, L3_MASK, sizeof(*outer));
        __s64 difference;

        inner6 = header(ctx, l4 + sizeof(*icmp), L4_MASK, sizeof(*inner6));
        if (!outer || !inner6)
            goto unknown;
        difference = bpf_csum_diff((void *)&inner6->saddr, 16, (void *)known->address.word, 16, 0);
        checksum_add(&icmp->checksum, (__u32)difference);
        checksum_replace2(&icmp->checksum, from_port, known->port);
        difference = bpf_csum_diff((void *)&outer->daddr, 16, (void *)known->address.word, 16, 0);
        checksum_add(&icmp->checksum, (__u32)difference);
        __builtin_memcpy(&inner6->saddr, known->address.byte, 16);
        __builtin_memcpy(&outer->daddr, known->address.byte, 16);
    } else {
        struct iphdr *outer = header(ctx, *(volatile __u32 *)&s->l3, L3_MASK, sizeof(*outer));
        __sum16 before;

        if (!outer)
            goto unknown;
        before = inner4->check;
        checksum_replace4(&icmp->checksum, inner4->saddr, known->address.word[3]);
        mend_inner_v4(inner4, known->address.word[3]);
        checksum_replace2(&icmp->checksum, before, inner4->check);
        checksum_replace2(&icmp->checksum, from_port, known->port);
        checksum_replace4(&outer->check, outer->daddr, known->address.word[3]);
        outer->daddr = known->address.word[3];
    }
    inner_ports->source = known->port;
    s->tuple.destination = known->address;
    count(ICMP_TRANSLATED, HOST, s->length);
    endpoint = bpf_map_lookup_elem(&endpoints, &s->tuple.destination);
    if (endpoint)
        jump(ctx, CALL_DELIVER, 0, endpoint->ifindex, HOST);
    return XDP_PASS;

unknown:
    count(ICMP_UNKNOWN, HOST, s->length);
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
