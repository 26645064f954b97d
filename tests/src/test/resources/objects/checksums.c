// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Checksums by bpf_csum_diff and by a loop over the header. Both must agree on the IPv4 header at byte 14: PASS when the header's checksum
// is right, DROP when not. ttl takes one off the TTL, corrects the checksum (RFC 1624) and transmits; TTL 1: DROP.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct header {
    __u8 version_length;
    __u8 tos;
    __be16 length;
    __be16 id;
    __be16 fragment;
    __u8 ttl;
    __u8 protocol;
    __be16 checksum;
    __be32 source;
    __be32 destination;
};

static __always_inline struct header *header(struct xdp_md *ctx)
{
    struct header *header = (void *)(long)ctx->data + 14;

    return (void *)(header + 1) <= (void *)(long)ctx->data_end ? header : 0;
}

static __always_inline __u16 fold(__u64 sum)
{
    for (int i = 0; i < 4; i++)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

SEC("xdp")
int verify(struct xdp_md *ctx)
{
    struct header *h = header(ctx);
    __u64 sum = 0;
    __s64 diff;

    if (!h)
        return XDP_ABORTED;
    for (__u32 i = 0; i < sizeof(*h) / 2; i++)
        sum += ((__u16 *)h)[i];
    diff = bpf_csum_diff(0, 0, (__be32 *)h, sizeof(*h), 0);
    if (diff < 0 || fold(diff) != fold(sum))
        return XDP_ABORTED;
    return fold(sum) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int ttl(struct xdp_md *ctx)
{
    struct header *h = header(ctx);
    __u16 before;

    if (!h)
        return XDP_ABORTED;
    if (h->ttl <= 1)
        return XDP_DROP;
    before = *(__u16 *)&h->ttl;
    h->ttl--;
    h->checksum = fold((__u64)(__u16)~h->checksum + (__u16)~before + *(__u16 *)&h->ttl);
    return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
