// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Functions, as far as they go: eight frames deep, with five arguments, with packets and values as arguments, results that are
// pointers, callees that move the packet, callbacks within callbacks, and global functions that say what their arguments are.

#include "packet.h"

#define ARG_CTX __attribute__((btf_decl_tag("arg:ctx")))
#define ARG_NONNULL __attribute__((btf_decl_tag("arg:nonnull")))

struct counter {
    __u64 packets;
    __u64 bytes;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, struct counter);
} counters SEC(".maps");

int leave(struct xdp_md *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 4);
    __uint(key_size, sizeof(__u32));
    __array(values, int(struct xdp_md *));
} exits SEC(".maps") = {
    .values = {[2] = &leave},
};

// Eight frames: each keeps a number of its own across the call of the next.
#define LEVEL(n, next) \
    static __noinline __u64 level##n(__u64 value, struct xdp_md *ctx) \
    { \
        __u64 here = value * 3 + (n); \
\
        barrier_value(here); \
        return next(here & 0xff, ctx) + here; \
    }

static __noinline __u64 level7(__u64 value, struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);

    // The offset was bounded by the caller, seven frames up.
    at += value;
    if ((void *)(at + 1) > packet_end(ctx))
        return 0;
    return *at;
}

LEVEL(6, level7)
LEVEL(5, level6)
LEVEL(4, level5)
LEVEL(3, level4)
LEVEL(2, level3)
LEVEL(1, level2)

SEC("xdp")
int eight_frames(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    return level1(at[0], ctx) & 1 ? XDP_TX : XDP_PASS;
}

// Five arguments, of which three are pointers into different memory; what the callee proved of the packet ends with it.
static __noinline int copy_pair(__u8 *to, const __u8 *from, const void *end, __u32 at, __u64 *sum)
{
    if (at > 6)
        return -1;
    from += at;
    barrier_value(from);
    if ((const void *)(from + 2) > end)
        return -1;
    to[at] = from[0];
    to[at + 1] = from[1];
    *sum += from[0] + from[1];
    return 2;
}

SEC("xdp")
int five_arguments(struct xdp_md *ctx)
{
    __u8 copy[8] = {};
    __u64 sum = 0;
    int done = copy_pair(copy, packet(ctx), packet_end(ctx), 0, &sum);

    if (done < 0)
        return XDP_DROP;
    done = copy_pair(copy, packet(ctx), packet_end(ctx), copy[0] & 7, &sum);
    if (done < 0)
        return XDP_PASS;
    return (copy[0] + copy[7] + sum) & 1 ? XDP_TX : XDP_PASS;
}

// A result that is a pointer, or null.
static __noinline struct counter *counter_of(__u32 index)
{
    return bpf_map_lookup_elem(&counters, &index);
}

static __noinline void *past_ethernet(struct xdp_md *ctx, __u32 bytes)
{
    struct ethhdr *eth = packet(ctx);

    if (bytes > 64 || (void *)(eth + 1) + bytes > packet_end(ctx))
        return 0;
    return eth + 1;
}

SEC("xdp")
int pointer_results(struct xdp_md *ctx)
{
    __u8 *payload = past_ethernet(ctx, 4);
    struct counter *counter;

    if (!payload || (void *)(payload + 4) > packet_end(ctx))
        return XDP_DROP;
    counter = counter_of(payload[0]);
    if (!counter)
        return XDP_PASS;
    counter->packets++;
    counter->bytes += payload[1];
    return XDP_TX;
}

// The callee moves the packet: every pointer that the caller has is stale.
static __noinline int strip(struct xdp_md *ctx, int bytes)
{
    return bpf_xdp_adjust_head(ctx, bytes);
}

SEC("xdp")
int moved_by_callee(struct xdp_md *ctx)
{
    struct ethhdr *eth = packet(ctx), copy;

    if ((void *)(eth + 1) > packet_end(ctx))
        return XDP_DROP;
    copy = *eth;
    if (strip(ctx, 4))
        return XDP_DROP;
    eth = packet(ctx);
    if ((void *)(eth + 1) > packet_end(ctx))
        return XDP_DROP;
    *eth = copy;
    return XDP_TX;
}

// Global: what it does to the packet the verifier finds out beforehand.
__noinline int grow(struct xdp_md *ctx, int bytes)
{
    if (bytes < 0 || bytes > 64)
        return -1;
    return bpf_xdp_adjust_tail(ctx, bytes);
}

SEC("xdp")
int moved_by_global(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    if (grow(ctx, at[0]))
        return XDP_PASS;
    at = packet(ctx);
    if ((void *)(at + 15) > packet_end(ctx))
        return XDP_ABORTED;
    at[14] = 0x55;
    return XDP_TX;
}

struct options {
    __u32 limit;
    __u32 step;
    __u8 name[8];
};

// Not null, by its tag: no check in here, and a caller that cannot promise it is refused.
__noinline int above(const struct options *options ARG_NONNULL, __u64 value)
{
    return value > options->limit + options->step;
}

// Any pointer, said to be the context by a tag.
__noinline int length_of(void *ctx ARG_CTX)
{
    struct xdp_md *xdp = ctx;

    return packet_end(xdp) - packet(xdp);
}

// A size that goes with memory.
__noinline __u64 sum_of(const __u8 *bytes, __u64 scale)
{
    return bytes ? *bytes * scale : scale;
}

SEC("xdp")
int tagged(struct xdp_md *ctx)
{
    struct options options = {.limit = 60, .step = 4, .name = "tagged"};
    __u8 first = 7;

    // Linux hands a global function only memory that it may write: no constants, which is where clang would put them.
    asm volatile("" : : "r"(&options), "r"(&first) : "memory");
    if (above(&options, length_of(ctx)))
        return XDP_TX;
    return sum_of(&first, 3) == 21 && sum_of(0, 5) == 5 ? XDP_PASS : XDP_ABORTED;
}

struct table {
    __u32 rows;
    __u32 cells;
    __u32 stop;
};

static long each_cell(__u32 column, struct table *table)
{
    table->cells++;
    return column == table->stop;
}

static long each_row(__u32 row, struct table *table)
{
    table->rows++;
    // A callback that calls with a callback.
    if (bpf_loop(row & 0xf, each_cell, table, 0) < 0)
        return 1;
    return table->rows > 9;
}

SEC("xdp")
int nested_callbacks(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    struct table table = {};

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    table.stop = at[1];
    if (bpf_loop(at[0], each_row, &table, 0) < 0)
        return XDP_ABORTED;
    at[2] = table.rows;
    at[3] = table.cells;
    return XDP_PASS;
}

// A callback given at run time's choice, from two.
static long count_even(void *map, __u32 *key, struct counter *counter, __u64 *sum)
{
    (void)map;
    if (!(*key & 1))
        *sum += counter->packets;
    return 0;
}

static long count_odd(void *map, __u32 *key, struct counter *counter, __u64 *sum)
{
    (void)map;
    if (*key & 1)
        *sum += counter->packets;
    return 0;
}

SEC("xdp")
int walked_twice(struct xdp_md *ctx)
{
    __u64 even = 0, odd = 0;

    bpf_for_each_map_elem(&counters, count_even, &even, 0);
    bpf_for_each_map_elem(&counters, count_odd, &odd, 0);
    if (packet_end(ctx) - packet(ctx) < 14)
        return XDP_DROP;
    return even > odd ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int leave(struct xdp_md *ctx)
{
    return ctx->data_end - ctx->data > 60 ? XDP_TX : XDP_DROP;
}

static __noinline int jump_or(struct xdp_md *ctx, __u32 index, int otherwise)
{
    bpf_tail_call(ctx, &exits, index);
    // To clang this is the only way out, so the caller would be told that it is the result.
    barrier_value(otherwise);
    return otherwise;
}

// The jump ends the callee only.
SEC("xdp")
int jump_in_callee(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    int result;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    result = jump_or(ctx, at[0], 77);
    return result == 77 ? XDP_PASS : result == XDP_TX ? XDP_TX : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
