// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// What costs verifiers most: a small program of many paths that do not meet. The parser keeps its offset in a register, so that each
// tag, option and extension header doubles the paths; what was found is kept in pointers that are null on some of them and looked at
// much later; and the rules compare what is in registers, so that each path remembers other constants. Linux follows more than half a
// million instructions, of the million that it allows, for the few hundred that there are.

#include "packet.h"

#define MAX_TAGS 4
#define MAX_OPTIONS 6
#define MAX_EXTENSIONS 5

struct total {
    __u64 packets;
    __u64 bytes;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 1024);
    __type(key, __u32);
    __type(value, struct total);
} totals SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __u32);
    __type(value, __u32);
} classes SEC(".maps");

#define RULE(n) \
    if (protocol == ((n) & 1 ? IPPROTO_UDP : IPPROTO_TCP) && port >= 100 * (n) && port < 100 * (n) + 50 && length > (n) * 3) { \
        class = (n); \
        goto found; \
    }

SEC("xdp")
int classify(struct xdp_md *ctx)
{
    void *end = packet_end(ctx), *at = packet(ctx);
    struct total first = {.packets = 1}, *total;
    struct vlan_tag *tag = 0;
    struct ipv6hdr *ip6 = 0;
    struct iphdr *ip4 = 0;
    struct tcphdr *tcp = 0;
    struct udphdr *udp = 0;
    struct ethhdr *eth = at;
    __u32 class = 0, port, length, left, *verdict;
    __u8 protocol, *option;
    __be16 type;

    if ((void *)(eth + 1) > end)
        return XDP_DROP;
    type = eth->h_proto;
    at = eth + 1;
    for (int i = 0; i < MAX_TAGS; i++) {
        if (type != bpf_htons(ETH_P_8021Q))
            break;
        tag = at;
        if ((void *)(tag + 1) > end)
            return XDP_DROP;
        type = tag->type;
        at = tag + 1;
    }
    if (type == bpf_htons(ETH_P_IP)) {
        ip4 = at;
        if ((void *)(ip4 + 1) > end || ip4->ihl < 5)
            return XDP_DROP;
        protocol = ip4->protocol;
        length = bpf_ntohs(ip4->tot_len);
        left = ip4->ihl * 4 - sizeof(*ip4);
        at = ip4 + 1;
        for (int i = 0; i < MAX_OPTIONS; i++) {
            option = at;
            if (!left)
                break;
            if ((void *)(option + 2) > end)
                return XDP_DROP;
            if (option[0] == 0) {
                at += left & 0x3f;
                left = 0;
            } else if (option[0] == 1) {
                at += 1;
                left -= 1;
            } else {
                if (option[1] < 2 || option[1] > left)
                    return XDP_DROP;
                at += option[1] & 0x3f;
                left -= option[1];
            }
        }
        if (left)
            return XDP_PASS;
    } else if (type == bpf_htons(ETH_P_IPV6)) {
        ip6 = at;
        if ((void *)(ip6 + 1) > end)
            return XDP_DROP;
        protocol = ip6->nexthdr;
        length = bpf_ntohs(ip6->payload_len) + sizeof(*ip6);
        at = ip6 + 1;
        for (int i = 0; i < MAX_EXTENSIONS; i++) {
            option = at;
            if (protocol != NEXT_HOP_BY_HOP && protocol != NEXT_DESTINATION)
                break;
            if ((void *)(option + 2) > end)
                return XDP_DROP;
            protocol = option[0];
            at += 8 + option[1] * 8;
        }
    } else {
        return XDP_PASS;
    }
    if (protocol == IPPROTO_TCP) {
        tcp = at;
        if ((void *)(tcp + 1) > end)
            return XDP_DROP;
        port = bpf_ntohs(tcp->dest);
    } else if (protocol == IPPROTO_UDP) {
        udp = at;
        if ((void *)(udp + 1) > end)
            return XDP_DROP;
        port = bpf_ntohs(udp->dest);
    } else {
        return XDP_PASS;
    }
    RULE(1) RULE(2) RULE(3) RULE(4) RULE(5) RULE(6) RULE(7) RULE(8)
    RULE(9) RULE(10) RULE(11) RULE(12) RULE(13) RULE(14) RULE(15) RULE(16)
    RULE(17) RULE(18) RULE(19) RULE(20) RULE(21) RULE(22) RULE(23) RULE(24)
    RULE(25) RULE(26) RULE(27) RULE(28) RULE(29) RULE(30) RULE(31) RULE(32)
found:
    // Each pointer is there if the path went by it.
    if (tag && (tag->tci & bpf_htons(0xe000)) == bpf_htons(0xe000))
        class |= 0x100;
    if (ip4 && ip4->tos & 0xfc)
        class |= 0x200;
    if (ip6 && ip6->flow_lbl[2])
        class |= 0x400;
    if (tcp && tcp->syn)
        class |= 0x800;
    if (udp && udp->check == 0)
        class |= 0x1000;
    if (!class)
        return XDP_PASS;
    total = bpf_map_lookup_elem(&totals, &class);
    if (total) {
        total->packets++;
        total->bytes += length;
    } else {
        first.bytes = length;
        bpf_map_update_elem(&totals, &class, &first, BPF_NOEXIST);
    }
    verdict = bpf_map_lookup_elem(&classes, &class);
    if (!verdict || *verdict > XDP_TX)
        return XDP_PASS;
    // Not "else": that a pointer into the packet is not null, Linux does not conclude.
    if (*verdict == XDP_TX && ip4)
        ip4->id = 0;
    if (*verdict == XDP_TX && ip6)
        ip6->hop_limit = 64;
    return *verdict;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
