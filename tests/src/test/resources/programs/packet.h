// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// What the large programs of this folder share: addresses of both families in one form, headers that linux/*.h lacks, checksums, a
// hash, and bounds checks that keep the form that verifiers look for.

#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FAMILY_IPV4 2
#define FAMILY_IPV6 10

#define ETH_P_QINQ 0x88a8 // also ETH_P_8021AD

#define NEXT_HOP_BY_HOP 0
#define NEXT_ROUTING 43
#define NEXT_FRAGMENT 44
#define NEXT_AUTHENTICATION 51
#define NEXT_NONE 59
#define NEXT_DESTINATION 60
#define NEXT_MOBILITY 135

#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV6_MORE_FRAGMENTS 0x0001
#define IPV6_FRAGMENT_OFFSET 0xfff8

#define ICMP_ECHOREPLY 0
#define ICMP_DEST_UNREACH 3
#define ICMP_ECHO 8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETERPROB 12
#define ICMPV6_DEST_UNREACH 1
#define ICMPV6_PKT_TOOBIG 2
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

// The compiler may not look through this: it keeps a pointer that was checked as the pointer that is used, and a value that was
// bounded as the value that is added.
#define barrier_value(value) asm volatile("" : "+r"(value))

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

struct vlan_tag {
    __be16 tci;
    __be16 type;
};

struct ipv6_option {
    __u8 next;
    __u8 length; // in units of 8 bytes (authentication: 4), without the first 8
};

struct ipv6_fragment {
    __u8 next;
    __u8 reserved;
    __be16 offset;
    __be32 id;
};

// Of both versions; linux/icmp.h wants the C library.
struct icmp {
    __u8 type;
    __u8 code;
    __sum16 checksum;
    __be16 id; // of an echo
    __be16 sequence;
};

struct ports {
    __be16 source;
    __be16 destination;
};

// An IPv4 address is ::ffff:a.b.c.d, so that both families share code and maps. No 64-bit member: the key of a prefix has no room to
// align one.
union address {
    __be32 word[4];
    __u8 byte[16];
};

static __always_inline void address_of_v4(union address *to, __be32 address)
{
    to->word[0] = 0;
    to->word[1] = 0;
    to->word[2] = bpf_htonl(0xffff);
    to->word[3] = address;
}

static __always_inline void address_of_v6(union address *to, const struct in6_addr *from)
{
    __builtin_memcpy(to->byte, from, 16);
}

static __always_inline bool same_address(const union address *a, const union address *b)
{
    return a->word[3] == b->word[3] && a->word[2] == b->word[2] && a->word[1] == b->word[1] && a->word[0] == b->word[0];
}

static __always_inline void *packet(const struct xdp_md *ctx)
{
    return (void *)(long)ctx->data;
}

static __always_inline void *packet_end(const struct xdp_md *ctx)
{
    return (void *)(long)ctx->data_end;
}

// The header at an offset, or null if the packet ends before it does. `mask` bounds an offset that was kept in memory, where the
// verifier forgets what was proved about it.
static __always_inline void *header(const struct xdp_md *ctx, __u32 offset, __u32 mask, __u32 size)
{
    void *at;

    barrier_value(offset);
    at = packet(ctx) + (offset & mask);
    barrier_value(at);
    return at + size <= packet_end(ctx) ? at : 0;
}

static __always_inline __u16 fold(__u64 sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

// RFC 1624: HC' = ~(~HC + ~m + m').
static __always_inline void checksum_add(__sum16 *checksum, __u64 difference)
{
    *checksum = ~fold((__u64)(__u16)~*checksum + difference);
}

static __always_inline void checksum_replace2(__sum16 *checksum, __be16 from, __be16 to)
{
    checksum_add(checksum, (__u64)(__u16)~from + to);
}

static __always_inline void checksum_replace4(__sum16 *checksum, __be32 from, __be32 to)
{
    checksum_add(checksum, (__u64)(__u32)~from + to);
}

// Of a header without options that was just written.
static __always_inline __sum16 ipv4_checksum(const struct iphdr *ip)
{
    const __u16 *words = (const void *)ip;
    __u64 sum = 0;

#pragma unroll
    for (int i = 0; i < 10; i++)
        sum += words[i];
    return ~fold(sum);
}

static __always_inline __u32 rotate(__u32 value, __u32 bits)
{
    return value << bits | value >> (32 - bits);
}

// Three words stirred into three (the mixing steps of Bob Jenkins's public-domain lookup3).
static __always_inline void stir(__u32 *a, __u32 *b, __u32 *c)
{
    *a -= *c; *a ^= rotate(*c, 4); *c += *b;
    *b -= *a; *b ^= rotate(*a, 6); *a += *c;
    *c -= *b; *c ^= rotate(*b, 8); *b += *a;
    *a -= *c; *a ^= rotate(*c, 16); *c += *b;
    *b -= *a; *b ^= rotate(*a, 19); *a += *c;
    *c -= *b; *c ^= rotate(*b, 4); *b += *a;
}

static __always_inline __u32 settle(__u32 a, __u32 b, __u32 c)
{
    c ^= b; c -= rotate(b, 14);
    a ^= c; a -= rotate(c, 11);
    b ^= a; b -= rotate(a, 25);
    c ^= b; c -= rotate(b, 16);
    a ^= c; a -= rotate(c, 4);
    b ^= a; b -= rotate(a, 14);
    c ^= b; c -= rotate(b, 24);
    return c;
}

static __always_inline __u32 hash3(__u32 a, __u32 b, __u32 c)
{
    return settle(a + 0xdeadbef7, b + 0xdeadbef7, c + 0xdeadbef7);
}

static __always_inline __u32 hash_flow(const union address *source, const union address *destination, __u32 ports, __u32 seed)
{
    __u32 a = 0x9e3779b9 + seed, b = a, c = a;

    a += source->word[0];
    b += source->word[1];
    c += source->word[2];
    stir(&a, &b, &c);
    a += source->word[3];
    b += destination->word[0];
    c += destination->word[1];
    stir(&a, &b, &c);
    a += destination->word[2];
    b += destination->word[3];
    c += ports;
    return settle(a, b, c);
}

#endif
