// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Open-coded iterators with state that changes from round to round: an index that only some rounds change, arrays that are filled as far
// as one got, one within the other, a way out in the middle, pointers that stay.

#include "packet.h"

struct bpf_iter_num {
    __u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

struct table {
    __u32 cells[64];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, struct table);
} tables SEC(".maps");

// A copy of the packet's first bytes, for any index below 64.
#define START(ctx) \
    __u8 copy[64], *at = copy; \
\
    if (bpf_xdp_load_bytes(ctx, 0, copy, sizeof(copy))) \
        return XDP_DROP; \
    asm volatile("" : "+r"(at) : : "memory")

SEC("xdp")
int index_of_some_rounds(struct xdp_md *ctx)
{
    __u32 zero = 0, filled = 0;
    struct bpf_iter_num it;
    struct table *table;
    int *i;

    START(ctx);
    table = bpf_map_lookup_elem(&tables, &zero);
    if (!table)
        return XDP_ABORTED;
    bpf_iter_num_new(&it, 0, 64);
    while ((i = bpf_iter_num_next(&it))) {
        __u32 index = *i;

        if (index > 63 || filled > 63)
            break;
        if (at[index]) {
            table->cells[filled] = at[index];
            filled++;
        }
    }
    bpf_iter_num_destroy(&it);
    return filled > 5 ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int array_on_stack(struct xdp_md *ctx)
{
    struct bpf_iter_num it;
    __u32 last[4] = {}, sum = 0;
    int *i;

    START(ctx);
    bpf_iter_num_new(&it, 0, at[0]);
    while ((i = bpf_iter_num_next(&it)))
        last[*i & 3] = *i;
    bpf_iter_num_destroy(&it);
#pragma unroll
    for (int k = 0; k < 4; k++)
        sum += last[k];
    return sum > 100 ? XDP_TX : XDP_PASS;
}

// The inner one begins where the outer one is.
SEC("xdp")
int triangle(struct xdp_md *ctx)
{
    struct bpf_iter_num outer, inner;
    __u32 sum = 0;
    int *i, *k;

    START(ctx);
    bpf_iter_num_new(&outer, 0, 16);
    while ((i = bpf_iter_num_next(&outer))) {
        __u32 first = *i & 63;

        bpf_iter_num_new(&inner, first, 16);
        while ((k = bpf_iter_num_next(&inner)))
            sum += at[first] * at[*k & 63];
        bpf_iter_num_destroy(&inner);
    }
    bpf_iter_num_destroy(&outer);
    return sum & 1 ? XDP_TX : XDP_PASS;
}

// Out of the middle, with what was found.
SEC("xdp")
int found_pointer(struct xdp_md *ctx)
{
    struct table *table = 0;
    struct bpf_iter_num it;
    int *i;

    START(ctx);
    bpf_iter_num_new(&it, 0, 8);
    while ((i = bpf_iter_num_next(&it))) {
        __u32 key = at[*i & 7];

        table = bpf_map_lookup_elem(&tables, &key);
        if (table)
            break;
    }
    bpf_iter_num_destroy(&it);
    if (!table)
        return XDP_PASS;
    return table->cells[1]++ & 1 ? XDP_TX : XDP_DROP;
}

static __noinline int middle(const __u8 *at, __u32 limit)
{
    struct bpf_iter_num it;
    int *i, result = -1;

    bpf_iter_num_new(&it, 0, limit);
    while ((i = bpf_iter_num_next(&it))) {
        if (at[*i & 63] == 7) {
            result = *i & 63;
            break;
        }
    }
    bpf_iter_num_destroy(&it);
    return result;
}

SEC("xdp")
int in_callee(struct xdp_md *ctx)
{
    int index;

    START(ctx);
    index = middle(at, 64);
    if (index < 0)
        return XDP_PASS;
    return index > 10 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
