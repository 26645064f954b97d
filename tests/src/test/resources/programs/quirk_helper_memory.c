// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Memory for helpers, from everywhere and in every size: keys and values in packets and in other maps' values, sizes that are bounded,
// nought, or go with an offset; maps in maps; places of an array that are there for certain; global variables by index.

#include "packet.h"

struct value {
    __u64 key;
    __u8 bytes[56];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u64);
    __type(value, struct value);
} values SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct value);
} places SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u64);
};

struct inner inner_a SEC(".maps");
struct inner inner_b SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 8);
    __type(key, __u32);
    __array(values, struct inner);
} outer SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __array(values, struct inner);
} rows SEC(".maps") = {
    .values = {[1] = &inner_a, [2] = &inner_b},
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} records SEC(".maps");

__u64 histogram[16];
static __u32 turns;

#define START(ctx, bytes) \
    __u8 *at = packet(ctx); \
\
    if ((void *)(at + (bytes)) > packet_end(ctx)) \
        return XDP_DROP

// Key and value are in the packet itself.
SEC("xdp")
int key_in_packet(struct xdp_md *ctx)
{
    START(ctx, 64);
    if (bpf_map_update_elem(&values, at, at, BPF_ANY))
        return XDP_ABORTED;
    return bpf_map_lookup_elem(&values, at) ? XDP_TX : XDP_DROP;
}

// The key is in another map's value, and the value copied is that one.
SEC("xdp")
int key_in_value(struct xdp_md *ctx)
{
    struct value *place, *found;
    __u32 index;

    START(ctx, 14);
    index = at[0];
    place = bpf_map_lookup_elem(&places, &index);
    if (!place)
        return XDP_PASS;
    place->key = at[1];
    found = bpf_map_lookup_elem(&values, &place->key);
    if (found)
        return XDP_TX;
    return bpf_map_update_elem(&values, &place->key, place, BPF_NOEXIST) ? XDP_ABORTED : XDP_DROP;
}

// Linux knows that the place of an array whose constant index is in range is there: no comparison with null.
SEC("xdp")
int place_that_is_there(struct xdp_md *ctx)
{
    __u32 index = 0;
    struct value *place = bpf_map_lookup_elem(&places, &index);

    START(ctx, 14);
    place->bytes[at[0] & 31]++;
    return place->bytes[at[0] & 31] > 2 ? XDP_TX : XDP_PASS;
}

// A checksum of as many words as the packet says, also of none.
SEC("xdp")
int words_of_packet(struct xdp_md *ctx)
{
    __u32 size;

    START(ctx, 64);
    size = at[0] & 0x3c;
    barrier_value(size);
    return bpf_csum_diff(0, 0, (void *)at, size, 0) & 1 ? XDP_TX : XDP_PASS;
}

// From a bounded offset on a bounded size, together within the value.
SEC("xdp")
int window_of_value(struct xdp_md *ctx)
{
    __u32 index = 0, from, size;
    struct value *place = bpf_map_lookup_elem(&places, &index);

    if (!place)
        return XDP_ABORTED;
    START(ctx, 14);
    from = at[0] & 15;
    size = at[1] & 31;
    barrier_value(from);
    barrier_value(size);
    if (!size)
        return XDP_PASS;
    if (bpf_xdp_load_bytes(ctx, 0, place->bytes + from, size))
        return XDP_DROP;
    bpf_ringbuf_output(&records, place->bytes + from, size, BPF_RB_NO_WAKEUP);
    return place->bytes[from] == (from | (size & 0)) ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int map_in_map(struct xdp_md *ctx)
{
    __u32 row, column;
    __u64 *cell;
    void *inner;

    START(ctx, 14);
    row = at[0];
    column = at[1];
    inner = bpf_map_lookup_elem(&rows, &row);
    if (!inner) {
        inner = bpf_map_lookup_elem(&outer, &row);
        if (!inner)
            return XDP_PASS;
    }
    cell = bpf_map_lookup_elem(inner, &column);
    if (!cell)
        return XDP_DROP;
    return __sync_fetch_and_add(cell, 1) ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int globals_by_index(struct xdp_md *ctx)
{
    __u32 index;

    START(ctx, 14);
    index = at[0] & 15;
    barrier_value(index);
    __sync_fetch_and_add(&histogram[index], at[1]);
    turns++;
    return histogram[index] > 100 || turns > 1000 ? XDP_TX : XDP_PASS;
}

// Exchanged on the stack: whoever sees nought sets it.
SEC("xdp")
int exchanged_on_stack(struct xdp_md *ctx)
{
    __u64 cell = 0, before;

    START(ctx, 14);
    asm volatile("" : : "r"(&cell) : "memory");
    before = __sync_val_compare_and_swap(&cell, at[0], 5);
    return before == at[0] && cell == 5 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
