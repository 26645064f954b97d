// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// CO-RE. Expect relocations of the kinds field offset (0), field size (1), field exists (2), type exists (8), type size (9),
// enum value exists (10), enum value (11), type id (6, 7), and signedness and shifts for the bit field (3, 4, 5).
// With the BTF of a Linux kernel: exists PASS (net_device.ifindex is there, the made-up ones are not), offsets PASS, enums PASS.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct net_device {
    int ifindex;
    unsigned int mtu;
} __attribute__((preserve_access_index));

// Its flavour: the part from ___ on is not of the name.
struct net_device___other {
    int no_such_field;
} __attribute__((preserve_access_index));

struct no_such_type {
    int field;
} __attribute__((preserve_access_index));

struct iphdr {
    __u8 ihl : 4, version : 4;
    __u8 tos;
    __be16 tot_len;
    __be16 id;
    __be16 frag_off;
    __u8 ttl;
    __u8 protocol;
} __attribute__((preserve_access_index));

enum bpf_map_type___local {
    BPF_MAP_TYPE_LPM_TRIE___local = 99,
    BPF_MAP_TYPE_NO_SUCH___local = 98,
};

#define info(kind, field) __builtin_preserve_field_info(field, kind)

SEC("xdp")
int exists(struct xdp_md *ctx)
{
    struct net_device *device = 0;
    struct net_device___other *other = 0;

    (void)ctx;
    if (!info(2, device->ifindex) || info(2, other->no_such_field))
        return XDP_ABORTED;
    if (!__builtin_preserve_type_info(*(struct net_device *)0, 0))
        return XDP_ABORTED;
    return __builtin_preserve_type_info(*(struct no_such_type *)0, 0) ? XDP_ABORTED : XDP_PASS;
}

// A packet's IPv4 header read through relocated offsets: protocol UDP passes.
SEC("xdp")
int offsets(struct xdp_md *ctx)
{
    struct iphdr *ip = (void *)(long)ctx->data + 14;

    if ((void *)ip + 20 > (void *)(long)ctx->data_end)
        return XDP_DROP;
    if (info(1, ip->tot_len) != 2 || info(0, ip->protocol) != 9)
        return XDP_ABORTED;
    return ip->protocol == 17 && ip->ttl > 1 ? XDP_PASS : XDP_TX;
}

SEC("xdp")
int bit_field(struct xdp_md *ctx)
{
    struct iphdr *ip = (void *)(long)ctx->data + 14;
    __u64 word = 0;

    if ((void *)ip + 20 > (void *)(long)ctx->data_end)
        return XDP_DROP;
    word = *((__u8 *)ip + info(0, ip->version));
    if (info(3, ip->version))
        return XDP_ABORTED;
    word <<= info(4, ip->version) & 63;
    word >>= info(5, ip->version) & 63;
    return word == 4 ? XDP_PASS : XDP_TX;
}

SEC("xdp")
int enums(struct xdp_md *ctx)
{
    (void)ctx;
    if (!__builtin_preserve_enum_value(*(enum bpf_map_type___local *)BPF_MAP_TYPE_LPM_TRIE___local, 0))
        return XDP_ABORTED;
    if (__builtin_preserve_enum_value(*(enum bpf_map_type___local *)BPF_MAP_TYPE_NO_SUCH___local, 0))
        return XDP_ABORTED;
    return __builtin_preserve_enum_value(*(enum bpf_map_type___local *)BPF_MAP_TYPE_LPM_TRIE___local, 1) == 11 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int types(struct xdp_md *ctx)
{
    (void)ctx;
    if (!__builtin_btf_type_id(*(struct net_device *)0, 0) || !__builtin_btf_type_id(*(struct net_device *)0, 1))
        return XDP_ABORTED;
    return __builtin_preserve_type_info(*(struct iphdr *)0, 1) == 20 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
