// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Functions passed to helpers: ld_imm64 with the pseudo source 4. bpf_loop adds 0..n-1 (n = first byte) and stops at 50 iterations;
// the sum, modulo 256, becomes the second byte. for_each sums an array of four (10+20+30+40 set by the program itself): 100 PASS.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u64);
} numbers SEC(".maps");

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

struct sum {
    __u64 total;
};

static int add_index(__u32 index, void *context)
{
    struct sum *sum = context;

    sum->total += index;
    return index == 49;
}

struct bpf_map;

static long add_value(struct bpf_map *map, const void *key, void *value, void *context)
{
    struct sum *sum = context;

    (void)map;
    (void)key;
    sum->total += *(__u64 *)value;
    return 0;
}

SEC("xdp")
int loop(struct xdp_md *ctx)
{
    struct sum sum = {};
    __u8 *data = bytes(ctx, 2);

    if (!data)
        return XDP_ABORTED;
    bpf_loop(data[0], add_index, &sum, 0);
    data = bytes(ctx, 2);
    if (!data)
        return XDP_ABORTED;
    data[1] = sum.total;
    return XDP_PASS;
}

SEC("xdp")
int for_each(struct xdp_md *ctx)
{
    struct sum sum = {};

    (void)ctx;
    for (__u32 i = 0; i < 4; i++) {
        __u64 value = 10 * (i + 1);
        __u32 key = i;

        bpf_map_update_elem(&numbers, &key, &value, BPF_ANY);
    }
    if (bpf_for_each_map_elem(&numbers, add_value, &sum, 0) != 4)
        return XDP_ABORTED;
    return sum.total == 100 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
