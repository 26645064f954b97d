// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Open-coded iterators: the kernel functions bpf_iter_num_new, _next, _destroy. The sum of 0..n-1 (n = first byte) goes into
// the second byte.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

struct bpf_iter_num {
    __u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

SEC("xdp")
int iterate(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2);
    struct bpf_iter_num it;
    __u32 total = 0;
    int *number;

    if (!data)
        return XDP_ABORTED;
    bpf_iter_num_new(&it, 0, data[0]);
    while ((number = bpf_iter_num_next(&it)))
        total += *number;
    bpf_iter_num_destroy(&it);
    data[1] = total;
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
