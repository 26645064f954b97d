// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Moves of the packet's ends. grow_head puts 4 bytes "de ad be ef" in front; shrink_head takes 4 off; grow_tail appends 8 zero bytes;
// shrink_tail cuts 4; meta writes 4 bytes of metadata and reads them back; too_far asks for more headroom than there is: DROP.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int grow_head(struct xdp_md *ctx)
{
    __u8 *data;

    if (bpf_xdp_adjust_head(ctx, -4))
        return XDP_DROP;
    data = bytes(ctx, 4);
    if (!data)
        return XDP_ABORTED;
    data[0] = 0xde;
    data[1] = 0xad;
    data[2] = 0xbe;
    data[3] = 0xef;
    return XDP_TX;
}

SEC("xdp") int shrink_head(struct xdp_md *ctx) { return bpf_xdp_adjust_head(ctx, 4) ? XDP_DROP : XDP_PASS; }
SEC("xdp") int grow_tail(struct xdp_md *ctx) { return bpf_xdp_adjust_tail(ctx, 8) ? XDP_DROP : XDP_TX; }
SEC("xdp") int shrink_tail(struct xdp_md *ctx) { return bpf_xdp_adjust_tail(ctx, -4) ? XDP_DROP : XDP_TX; }
SEC("xdp") int too_far(struct xdp_md *ctx) { return bpf_xdp_adjust_head(ctx, -300) ? XDP_DROP : XDP_TX; }
SEC("xdp") int too_short(struct xdp_md *ctx) { return bpf_xdp_adjust_tail(ctx, -10) ? XDP_DROP : XDP_TX; }

SEC("xdp")
int meta(struct xdp_md *ctx)
{
    __u32 *meta;

    if (bpf_xdp_adjust_meta(ctx, -4))
        return XDP_DROP;
    meta = (void *)(long)ctx->data_meta;
    if ((void *)(meta + 1) > (void *)(long)ctx->data)
        return XDP_ABORTED;
    *meta = 0x12345678;
    meta = (void *)(long)ctx->data_meta;
    return (void *)(meta + 1) <= (void *)(long)ctx->data && *meta == 0x12345678 ? XDP_PASS : XDP_ABORTED;
}

// Metadata comes in words of 4 bytes, no more than 255 bytes.
SEC("xdp") int meta_odd(struct xdp_md *ctx) { return bpf_xdp_adjust_meta(ctx, -3) == -13 ? XDP_PASS : XDP_DROP; }

char LICENSE[] SEC("license") = "GPL";
