// SPDX-License-Identifier: Apache-2.0
//
// Measures what passes and lets all of it pass: by EtherType, IP protocol, service, DSCP, size and sender.
// README.md beside this file has the maps.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_VLAN_TAGS 2
#define MAX_IPV6_EXTENSIONS 6
#define SIZE_CLASSES 8
#define EPHEMERAL_PORTS 32768

// What is kept, fixed when the program is loaded (.rodata).
const volatile __u8 meter_services = 1;
const volatile __u8 meter_talkers = 1;

struct traffic {
    __u64 packets;
    __u64 bytes;
};

struct talker {
    __u64 packets;
    __u64 bytes;
    __u64 last_seen_ns; // of CLOCK_MONOTONIC
};

struct talker_key {
    __u8 addr[16]; // IPv4 as ::ffff:a.b.c.d
};

struct service_key {
    __u16 protocol;
    __be16 port;
};

// The frames as a whole: one value.
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct traffic);
} total SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 1024);
    __type(key, __be16);
    __type(value, struct traffic);
} ethertypes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 256);
    __type(key, __u32);
    __type(value, struct traffic);
} protocols SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, struct traffic);
} dscp SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SIZE_CLASSES);
    __type(key, __u32);
    __type(value, struct traffic);
} sizes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct service_key);
    __type(value, struct traffic);
} services SEC(".maps");

// Shared by all CPUs, as one sender's packets may come in on several.
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct talker_key);
    __type(value, struct talker);
} talkers SEC(".maps");

struct vlan_header {
    __be16 tci;
    __be16 type;
};

struct port_pair {
    __be16 source;
    __be16 destination;
};

static __always_inline void count(struct traffic *traffic, __u64 bytes)
{
    if (traffic) {
        traffic->packets++;
        traffic->bytes += bytes;
    }
}

static __always_inline void count_at(void *array, __u32 index, __u64 bytes)
{
    count(bpf_map_lookup_elem(array, &index), bytes);
}

// Counts in a per-CPU hash, where only this CPU writes its copy of the value.
static __always_inline void count_key(void *hash, const void *key, __u64 bytes)
{
    struct traffic *traffic = bpf_map_lookup_elem(hash, key);

    if (traffic) {
        count(traffic, bytes);
    } else {
        struct traffic first = {1, bytes};
        bpf_map_update_elem(hash, key, &first, BPF_ANY);
    }
}

// The classes of RMON (RFC 2819, etherStatsPkts*Octets), and one for frames past the standard size. They count
// the check sequence, which a program does not see.
static __always_inline __u32 size_class(__u64 octets)
{
    static const __u16 upper[SIZE_CLASSES - 1] = {63, 64, 127, 255, 511, 1023, 1518};

    for (__u32 i = 0; i < SIZE_CLASSES - 1; i++) {
        if (octets <= upper[i])
            return i;
    }
    return SIZE_CLASSES - 1;
}

static __always_inline void meter_talker(const struct talker_key *key, __u64 bytes)
{
    struct talker *talker;

    if (!meter_talkers)
        return;
    talker = bpf_map_lookup_elem(&talkers, key);
    if (!talker) {
        struct talker first = {.last_seen_ns = bpf_ktime_get_ns()};

        // Another CPU may be first; either way the entry is there now, or the map has no room.
        bpf_map_update_elem(&talkers, key, &first, BPF_NOEXIST);
        talker = bpf_map_lookup_elem(&talkers, key);
        if (!talker)
            return;
    }
    __sync_fetch_and_add(&talker->packets, 1);
    __sync_fetch_and_add(&talker->bytes, bytes);
    talker->last_seen_ns = bpf_ktime_get_ns();
}

// The service is the end that is not a client: the lower port, and none if both are ephemeral.
static __always_inline void meter_service(__u8 protocol, struct port_pair *ports, void *data_end, __u64 bytes)
{
    struct service_key key = {.protocol = protocol};
    __u16 source, destination, lower;

    if (!meter_services || (void *)(ports + 1) > data_end)
        return;
    source = bpf_ntohs(ports->source);
    destination = bpf_ntohs(ports->destination);
    lower = source < destination ? source : destination;
    key.port = lower < EPHEMERAL_PORTS ? bpf_htons(lower) : 0;
    count_key(&services, &key, bytes);
}

static __always_inline void meter_transport(__u8 protocol, void *transport, void *data_end, __u64 bytes)
{
    count_at(&protocols, protocol, bytes);
    if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP)
        meter_service(protocol, transport, data_end, bytes);
}

static __always_inline void meter_ipv4(struct iphdr *ip, void *data_end, __u64 bytes)
{
    struct talker_key key = {.addr = {[10] = 0xff, [11] = 0xff}};

    if ((void *)(ip + 1) > data_end || ip->ihl < 5)
        return;
    __builtin_memcpy(key.addr + 12, &ip->saddr, 4);
    meter_talker(&key, bytes);
    count_at(&dscp, ip->tos >> 2, bytes);
    if (ip->frag_off & bpf_htons(0x1fff))
        count_at(&protocols, ip->protocol, bytes);
    else
        meter_transport(ip->protocol, (void *)ip + ip->ihl * 4, data_end, bytes);
}

static __always_inline void meter_ipv6(struct ipv6hdr *ip, void *data_end, __u64 bytes)
{
    struct talker_key key;
    void *at = ip + 1;
    __u8 next;

    if (at > data_end)
        return;
    __builtin_memcpy(key.addr, &ip->saddr, sizeof(key.addr));
    meter_talker(&key, bytes);
    count_at(&dscp, bpf_ntohs(*(__be16 *)ip) >> 6 & 0x3f, bytes);

    next = ip->nexthdr;
    for (int i = 0; i < MAX_IPV6_EXTENSIONS; i++) {
        __u8 *header = at;

        if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS && next != IPPROTO_FRAGMENT)
            break;
        if (at + 8 > data_end)
            break;
        if (next == IPPROTO_FRAGMENT) {
            if (*(__be16 *)(header + 2) & bpf_htons(0xfff8)) {
                count_at(&protocols, header[0], bytes);
                return;
            }
            at += 8;
        } else {
            at += (header[1] + 1) * 8;
        }
        next = header[0];
    }
    meter_transport(next, at, data_end, bytes);
}

SEC("xdp.frags")
int traffic_meter(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data;
    void *data_end = (void *)(long)ctx->data_end;
    struct ethhdr *ethernet = data;
    __u64 bytes = bpf_xdp_get_buff_len(ctx); // with the fragments behind data_end
    void *at = ethernet + 1;
    __be16 type;

    count_at(&total, 0, bytes);
    count_at(&sizes, size_class(bytes + ETH_FCS_LEN), bytes);
    if (at > data_end)
        return XDP_PASS;
    type = ethernet->h_proto;
    for (int i = 0; i < MAX_VLAN_TAGS; i++) {
        struct vlan_header *vlan = at;

        if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
            break;
        if ((void *)(vlan + 1) > data_end)
            return XDP_PASS;
        type = vlan->type;
        at = vlan + 1;
    }
    if (bpf_ntohs(type) < ETH_P_802_3_MIN)
        type = bpf_htons(ETH_P_802_3); // a length: LLC follows
    count_key(&ethertypes, &type, bytes);

    if (type == bpf_htons(ETH_P_IP))
        meter_ipv4(at, data_end, bytes);
    else if (type == bpf_htons(ETH_P_IPV6))
        meter_ipv6(at, data_end, bytes);
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
