// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Filter rules as code, as generators write them: each rule is a few comparisons with constants, and the first that matches decides. A
// rule may look at four bytes of the payload, with a bounds check of its own.

#ifndef RULES_H
#define RULES_H

#include "packet.h"

// What rules compare, in host byte order. It lies in a map's value, and rules read it anew (volatile): of a register the verifier would
// remember which rules' constants it is not, or is, and follow each combination.
struct facts {
    __u32 source[4];      // IPv4: the last word
    __u32 destination[4];
    __u32 source_port;
    __u32 destination_port;
    __u32 protocol;
    __u32 tcp_flags;
    __u32 length;         // of the IP packet
    __u32 ttl;
};

// Four bytes of the payload. The pointer is made anew each time: if one were kept, what a rule has proved about it, or failed to, would
// be a state of its own for the verifier in every rule after it.
static __always_inline bool payload_is(const struct xdp_md *ctx, __u32 payload, __u32 at, __u32 mask, __u32 value)
{
    const __u8 *bytes = header(ctx, payload, 0x3ff, at + 4);

    if (!bytes)
        return false;
    return (((__u32)bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]) & mask) == value;
}

static __always_inline bool in_range(__u32 value, __u32 low, __u32 high)
{
    return value >= low && value <= high;
}

#define PREFIX_MASK(bits) ((bits) ? ~0U << (32 - (bits)) : 0)

// `n` is the rule's number and makes its constants differ.
#define RULE_V4(n, source_bits, to, to_bits, proto, low, high, flags, least, most, at, mask, value) \
    if (((facts->source[3] ^ (0x0a000000U + (n) * 0x10305U)) & PREFIX_MASK(source_bits)) == 0 \
            && ((facts->destination[3] ^ (to)) & PREFIX_MASK(to_bits)) == 0 && facts->protocol == (proto) \
            && in_range(facts->destination_port, low, high) \
            && (facts->tcp_flags & (flags)) == ((flags) & TCP_SYN) && in_range(facts->length, least, most) \
            && facts->ttl > (n) % 5 \
            && payload_is(ctx, payload, (at) & 31, mask, value)) { \
        rule = (n); \
        goto matched; \
    }

#define RULE_V6(n, to, to_bits, proto, low, high, least, most, at, mask, value) \
    if (facts->source[0] == 0x20010db8 && facts->source[1] == (n) * 0x10001U \
            && ((facts->source[2] ^ ((n) * 0x01010101U)) & PREFIX_MASK(1 + (n) % 31)) == 0 \
            && facts->destination[0] == (to) && ((facts->destination[1] ^ ((n) << 8)) & PREFIX_MASK(to_bits)) == 0 \
            && facts->protocol == (proto) && in_range(facts->destination_port, low, high) \
            && facts->source_port >= (n) && in_range(facts->length, least, most) \
            && payload_is(ctx, payload, (at) & 31, mask, value)) { \
        rule = 0x10000 + (n); \
        goto matched; \
    }

// Four kinds of rules a round: a service, a fragment of a protocol's greeting, an amplifier's answer, a scanner's probe.
#define ROUND_V4(n) \
    RULE_V4(n, 24, 0xc0a80000U + (n) * 256, 24, IPPROTO_TCP, 1024 + (n), 1031 + (n), TCP_SYN, 40, 60 + (n), (n) * 4, \
        0xffff0000U, (__u32)(n) << 16) \
    RULE_V4((n) + 1, 16, 0xac100000U + (n) * 4096, 20, IPPROTO_UDP, 53, 53 + (n), 0, 60, 512 + (n), (n) * 2, \
        0xff00ff00U, 0x12003400U ^ ((__u32)(n) << 24)) \
    RULE_V4((n) + 2, 8 + (n) % 24, 0, 0, IPPROTO_UDP, (n) * 7, (n) * 7 + 100, 0, 400 + (n), 1500, (n), \
        0xffffffffU, 0xdeadbeefU + (n)) \
    RULE_V4((n) + 3, 32, 0xcb007100U + (n), 32, IPPROTO_TCP, 0, 65535, TCP_SYN | TCP_ACK | TCP_RST, 40, 1500, (n) * 8, \
        0x0000ffffU, (n) ^ 0x5555)

#define ROUND_V6(n) \
    RULE_V6(n, 0xfd000000U + (n), 16 + (n) % 16, IPPROTO_TCP, 1024 + (n), 1055 + (n), 60, 100 + (n), (n) * 4, \
        0xffff0000U, (__u32)(n) << 16) \
    RULE_V6((n) + 1, 0x20010db8U, 8 + (n) % 24, IPPROTO_UDP, (n) * 11, (n) * 11 + 1000, 48, 1280, (n) * 2, \
        0xffffffffU, 0xcafe0000U + (n))

#define FIVE(round, n, step) \
    round(n) round((n) + (step)) round((n) + 2 * (step)) round((n) + 3 * (step)) round((n) + 4 * (step))

#define TWENTY_FIVE(round, n, step) \
    FIVE(round, n, step) \
    FIVE(round, (n) + 5 * (step), step) \
    FIVE(round, (n) + 10 * (step), step) \
    FIVE(round, (n) + 15 * (step), step) \
    FIVE(round, (n) + 20 * (step), step)

#endif
