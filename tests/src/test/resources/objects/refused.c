// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Programs that the verifier must refuse, each for the reason in its comment. They load nowhere.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

// Reads the packet without a comparison with data_end.
SEC("xdp") int no_bounds_check(struct xdp_md *ctx) { return *(__u8 *)(long)ctx->data; }

// Compares 4 bytes, reads the fifth.
SEC("xdp") int one_past(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 4);

    return data ? ((volatile __u8 *)data)[4] : XDP_DROP;
}

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} map SEC(".maps");

// Follows a lookup's result without asking whether there is one.
SEC("xdp") int null_value(struct xdp_md *ctx)
{
    __u32 key = ctx->rx_queue_index;
    __u64 *value = bpf_map_lookup_elem(&map, &key);

    return *value;
}

// Writes beyond the map's value.
SEC("xdp") int past_value(struct xdp_md *ctx)
{
    __u32 key = ctx->rx_queue_index;
    __u64 *value = bpf_map_lookup_elem(&map, &key);

    if (value)
        value[1] = 1;
    return XDP_PASS;
}

// Keeps a packet pointer over a call that moves the packet.
SEC("xdp") int stale_pointer(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 14);

    if (!data || bpf_xdp_adjust_head(ctx, -4))
        return XDP_DROP;
    return *data;
}

// Calls a helper that is for socket buffers.
SEC("xdp") int foreign_helper(struct xdp_md *ctx)
{
    return bpf_skb_pull_data((void *)ctx, 14) ? XDP_DROP : XDP_PASS;
}

// Writes a field of the context.
SEC("xdp") int context_write(struct xdp_md *ctx)
{
    *(volatile __u32 *)&ctx->data = 0;
    return XDP_PASS;
}

// Reserves a record and keeps it.
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} ring SEC(".maps");

SEC("xdp") int leaks_record(struct xdp_md *ctx)
{
    (void)ctx;
    bpf_ringbuf_reserve(&ring, 8, 0);
    return XDP_PASS;
}

// Never ends.
volatile const __u32 stop = 0;

SEC("xdp") int endless(struct xdp_md *ctx)
{
    __u32 at = 0;

    while (at < ctx->rx_queue_index || 1) {
        at++;
        __asm__ volatile("" : "+r"(at));
    }
    return at;
}

char LICENSE[] SEC("license") = "GPL";
