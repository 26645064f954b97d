// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A ring buffer of 4,096 bytes. Program reserve: reserves 24 bytes, fills and submits, or discards when the first byte is 1: PASS;
// DROP when the ring is full. Program output: copies 16 bytes of the frame. Program query: available bytes and size of the ring.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct event {
    __u32 length;
    __u32 mark;
    __u8 bytes[16];
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int reserve(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 16);
    struct event *event;

    if (!data)
        return XDP_ABORTED;
    event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event)
        return XDP_DROP;
    event->length = ctx->data_end - ctx->data;
    event->mark = 0x12345678;
    __builtin_memcpy(event->bytes, data, 16);
    if (data[0] == 1)
        bpf_ringbuf_discard(event, 0);
    else
        bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
    return XDP_PASS;
}

SEC("xdp")
int output(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 16);
    __u8 copy[16];

    if (!data)
        return XDP_ABORTED;
    __builtin_memcpy(copy, data, 16);
    return bpf_ringbuf_output(&events, copy, sizeof(copy), BPF_RB_FORCE_WAKEUP) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int query(struct xdp_md *ctx)
{
    (void)ctx;
    if (bpf_ringbuf_query(&events, BPF_RB_RING_SIZE) != 4096)
        return XDP_ABORTED;
    return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
