// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Stack in all widths: an array of 480 bytes written and read through computed indices, with sign extension. The first byte fills a table
// of squares; entry (second byte) modulo 256 becomes the third byte. Uninitialized stack is never read.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int squares(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 3);
    __u16 table[200];

    if (!data)
        return XDP_ABORTED;
    for (__u32 i = 0; i < 200; i++)
        table[i] = i * i + data[0];
    data = bytes(ctx, 3);
    if (!data || data[1] >= 200)
        return XDP_DROP;
    data[2] = table[data[1]];
    return XDP_PASS;
}

SEC("xdp")
int signed_loads(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 8);
    volatile __s8 narrow;
    volatile __s16 middle;
    volatile __s32 wide;

    if (!data)
        return XDP_ABORTED;
    narrow = data[0];
    middle = data[2] << 8 | data[1];
    wide = (__u32)data[7] << 24 | data[3];
    if (narrow < 0 && middle < 0 && wide < 0)
        return XDP_PASS;
    return narrow >= 0 && middle >= 0 && wide >= 0 ? XDP_TX : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
