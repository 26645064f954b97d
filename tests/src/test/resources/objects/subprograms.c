// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// bpf2bpf calls. Expect one program and four functions in .text, two of them static (relocated against the section symbol), two global
// (against their own symbols); twice() is called from two places; deep() calls through three frames; pointer to stack and packet
// as arguments. Sum of the first four bytes, doubled: even PASS if below 100, else DROP.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __noinline __u32 twice(__u32 number)
{
    return number * 2;
}

static __noinline __u32 sum(const __u8 *at, const void *end)
{
    __u32 total = 0;

    for (int i = 0; i < 4; i++) {
        if ((void *)(at + i + 1) > end)
            return 0xffffffff;
        total += at[i];
    }
    return total;
}

__noinline int global_add(__u32 a, __u32 b)
{
    return a + b;
}

__noinline int global_limit(struct xdp_md *ctx, __u32 number)
{
    return ctx->data_end - ctx->data > 1000 ? 0 : twice(number) < 100;
}

SEC("xdp")
int call_them(struct xdp_md *ctx)
{
    void *data_end = (void *)(long)ctx->data_end;
    __u32 total = sum((void *)(long)ctx->data, data_end);

    if (total == 0xffffffff)
        return XDP_ABORTED;
    total = global_add(twice(total), 1) - 1;
    return global_limit(ctx, total / 2) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
