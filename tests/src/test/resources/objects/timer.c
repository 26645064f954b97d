// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A timer in a map value, with a callback. start: PASS once it is armed (10 ms); the callback sets fired, and cancel passes if there was one to cancel.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct slot {
    struct bpf_timer timer;
    __u64 fired;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct slot);
} slots SEC(".maps");

static int on_timer(void *map, __u32 *key, struct slot *slot)
{
    (void)map;
    (void)key;
    slot->fired++;
    return 0;
}

SEC("xdp")
int start(struct xdp_md *ctx)
{
    struct slot *slot;
    __u32 key = 0;
    long error;

    (void)ctx;
    slot = bpf_map_lookup_elem(&slots, &key);
    if (!slot)
        return XDP_ABORTED;
    error = bpf_timer_init(&slot->timer, &slots, 1); // CLOCK_MONOTONIC; -EBUSY (-16) the second time
    if (error && error != -16)
        return XDP_ABORTED;
    if (bpf_timer_set_callback(&slot->timer, on_timer))
        return XDP_DROP;
    return bpf_timer_start(&slot->timer, 10000000, 0) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int cancel(struct xdp_md *ctx)
{
    struct slot *slot;
    __u32 key = 0;

    (void)ctx;
    slot = bpf_map_lookup_elem(&slots, &key);
    if (!slot)
        return XDP_ABORTED;
    return bpf_timer_cancel(&slot->timer) >= 0 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
