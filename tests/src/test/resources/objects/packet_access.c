// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Packet access in the ways compilers write it: constant offsets, a variable offset kept in range, data_end compared on either side, a pointer kept in a
// stack slot. nth: byte number (first byte) is 7: PASS, else DROP; outside: TX. swap exchanges the MAC addresses and transmits.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int nth(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 1);
    __u8 *at;

    if (!data)
        return XDP_ABORTED;
    at = data + data[0];
    if ((void *)(long)ctx->data_end < (void *)(at + 1))
        return XDP_TX;
    return *at == 7 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int swap(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 14);
    __u8 mac[6];

    if (!data)
        return XDP_DROP;
    __builtin_memcpy(mac, data, 6);
    __builtin_memmove(data, data + 6, 6);
    __builtin_memcpy(data + 6, mac, 6);
    return XDP_TX;
}

SEC("xdp")
int context_fields(struct xdp_md *ctx)
{
    if (ctx->data_meta > ctx->data || ctx->data >= ctx->data_end)
        return XDP_ABORTED;
    return ctx->rx_queue_index == 0 && ctx->ingress_ifindex ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
