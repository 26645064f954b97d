// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A program array with initial programs: jumps[0] = leaf_drop, jumps[2] = leaf_tx, jumps[3] = again. The first byte of the frame
// is the index to jump to; where there is no program, dispatch goes on and passes. "again" jumps to itself until the kernel's limit:
// 33 tail calls run, the 34th is not taken, and the frame's second byte counts the runs of again (33).

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

int leaf_drop(struct xdp_md *ctx);
int leaf_tx(struct xdp_md *ctx);
int again(struct xdp_md *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 8);
    __uint(key_size, sizeof(__u32));
    __array(values, int(struct xdp_md *));
} jumps SEC(".maps") = {
    .values = {[0] = &leaf_drop, [2] = &leaf_tx, [3] = &again},
};

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp") int leaf_drop(struct xdp_md *ctx) { (void)ctx; return XDP_DROP; }
SEC("xdp") int leaf_tx(struct xdp_md *ctx) { (void)ctx; return XDP_TX; }

SEC("xdp")
int again(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2);

    if (!data)
        return XDP_ABORTED;
    data[1]++;
    bpf_tail_call(ctx, &jumps, 3);
    return XDP_PASS;
}

SEC("xdp")
int dispatch(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2);

    if (!data)
        return XDP_ABORTED;
    bpf_tail_call(ctx, &jumps, data[0]);
    return XDP_PASS;
}

// Whatever the jump does, the caller's subprogram does not return to it.
static __noinline int jump_from_subprogram(struct xdp_md *ctx)
{
    bpf_tail_call(ctx, &jumps, 2);
    return ctx->rx_queue_index; // a value that the compiler cannot foresee
}

SEC("xdp")
int nested_jump(struct xdp_md *ctx)
{
    return jump_from_subprogram(ctx) == XDP_TX ? XDP_PASS : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
