// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Access to frames in several buffers. load: the byte at the offset in the first two bytes (big endian) is 7: PASS, else DROP, outside: TX.
// store: writes "05 06" there. length: bpf_xdp_get_buff_len equals the number in the first two bytes: PASS. The same on frames in one buffer.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

static __always_inline __u32 offset_of(const __u8 *data)
{
    return data[0] << 8 | data[1];
}

SEC("xdp.frags")
int load(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2), value = 0;

    if (!data)
        return XDP_ABORTED;
    if (bpf_xdp_load_bytes(ctx, offset_of(data), &value, 1))
        return XDP_TX;
    return value == 7 ? XDP_PASS : XDP_DROP;
}

SEC("xdp.frags")
int store(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2), pair[2] = {5, 6};

    if (!data)
        return XDP_ABORTED;
    return bpf_xdp_store_bytes(ctx, offset_of(data), pair, 2) ? XDP_TX : XDP_PASS;
}

SEC("xdp.frags")
int length(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2);

    if (!data)
        return XDP_ABORTED;
    return bpf_xdp_get_buff_len(ctx) == offset_of(data) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
