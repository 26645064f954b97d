// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// What was taken must be given back, on each path: records, sockets and locks, taken in one function and given back in another, in a
// loop, under a condition that is asked twice, or never taken at all.

#include "packet.h"

struct guarded {
    struct bpf_spin_lock lock;
    __u32 value;
    __u64 total;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, struct guarded);
} guards SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} records SEC(".maps");

static __noinline __u64 *take(void)
{
    return bpf_ringbuf_reserve(&records, 16, 0);
}

static __noinline void give(__u64 *record, bool keep)
{
    if (keep)
        bpf_ringbuf_submit(record, 0);
    else
        bpf_ringbuf_discard(record, 0);
}

SEC("xdp")
int taken_in_callee(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    __u64 *record;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    record = take();
    if (!record)
        return XDP_ABORTED;
    record[0] = at[0];
    give(record, at[0] & 1);
    return at[0] & 1 ? XDP_TX : XDP_PASS;
}

// One at a time, each given back before the next.
SEC("xdp")
int taken_in_loop(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    __u32 kept = 0;
    __u64 *record;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
#pragma clang loop unroll(disable)
    for (int i = 0; i < 8; i++) {
        record = bpf_ringbuf_reserve(&records, 16, 0);
        if (!record)
            break;
        record[1] = i;
        if (at[i] == 0) {
            bpf_ringbuf_discard(record, 0);
            continue;
        }
        bpf_ringbuf_discard(record, BPF_RB_NO_WAKEUP);
        kept++;
    }
    return kept > 4 ? XDP_TX : XDP_PASS;
}

// Two at once; the second may be missing.
SEC("xdp")
int two_at_once(struct xdp_md *ctx)
{
    __u64 *first = bpf_ringbuf_reserve(&records, 8, 0), *second;

    if (!first)
        return XDP_ABORTED;
    second = bpf_ringbuf_reserve(&records, 24, 0);
    *first = packet_end(ctx) - packet(ctx);
    if (second) {
        second[2] = *first;
        bpf_ringbuf_discard(second, 0);
    }
    bpf_ringbuf_discard(first, 0);
    return second ? XDP_PASS : XDP_TX;
}

// Taken if the packet says so, and given back where the same is asked again.
SEC("xdp")
int asked_twice(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    __u64 *record = 0;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    if (at[0] > 10) {
        record = bpf_ringbuf_reserve(&records, 8, 0);
        if (!record)
            return XDP_ABORTED;
    }
    bpf_ktime_get_ns();
    if (record) {
        *record = at[1];
        bpf_ringbuf_discard(record, 0);
        return XDP_TX;
    }
    return XDP_PASS;
}

SEC("xdp")
int locked_on_both_paths(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    struct guarded *guarded;
    __u32 index, value;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    index = at[0];
    value = at[1];
    guarded = bpf_map_lookup_elem(&guards, &index);
    if (!guarded)
        return XDP_PASS;
    bpf_spin_lock(&guarded->lock);
    if (guarded->value > value) {
        guarded->total += value;
        bpf_spin_unlock(&guarded->lock);
        return XDP_TX;
    }
    guarded->value = value;
    guarded->total++;
    value = guarded->total;
    bpf_spin_unlock(&guarded->lock);
    return value > 3 ? XDP_DROP : XDP_PASS;
}

static __noinline long record_each(__u32 index, __u64 *sum)
{
    __u64 *record = bpf_ringbuf_reserve(&records, 8, 0);

    if (!record)
        return 1;
    *record = index;
    *sum += *record;
    bpf_ringbuf_discard(record, 0);
    return 0;
}

SEC("xdp")
int taken_in_callback(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    __u64 sum = 0;

    if ((void *)(at + 14) > packet_end(ctx))
        return XDP_DROP;
    if (bpf_loop(at[0], record_each, &sum, 0) < 0)
        return XDP_ABORTED;
    return sum > 100 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
