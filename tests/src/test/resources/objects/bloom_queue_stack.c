// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Push, peek and pop. bloom: peek says whether the first four bytes were seen: PASS when new (then pushed), DROP when seen. queue and stack hold two:
// push with first byte 1 (PASS, or TX when full), pop with 0: DROP when empty, else the value's lowest byte goes into byte 2 and it passes.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 1000);
    __type(value, __u32);
} seen SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 2);
    __type(value, __u32);
} waiting SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_STACK);
    __uint(max_entries, 2);
    __type(value, __u32);
} piled SEC(".maps");

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int bloom(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 4);
    __u32 value;

    if (!data)
        return XDP_ABORTED;
    value = *(__u32 *)data;
    if (!bpf_map_peek_elem(&seen, &value))
        return XDP_DROP;
    return bpf_map_push_elem(&seen, &value, 0) ? XDP_ABORTED : XDP_PASS;
}

static __always_inline int push_or_pop(struct xdp_md *ctx, void *map)
{
    __u8 *data = bytes(ctx, 3);
    __u32 value;

    if (!data)
        return XDP_ABORTED;
    if (data[0] == 1) {
        value = data[1];
        return bpf_map_push_elem(map, &value, 0) ? XDP_TX : XDP_PASS;
    }
    if (data[0] == 2) {
        value = data[1];
        return bpf_map_push_elem(map, &value, BPF_EXIST) ? XDP_TX : XDP_PASS;
    }
    if (bpf_map_pop_elem(map, &value))
        return XDP_DROP;
    data[2] = value;
    return XDP_PASS;
}

SEC("xdp") int queue(struct xdp_md *ctx) { return push_or_pop(ctx, &waiting); }
SEC("xdp") int stack(struct xdp_md *ctx) { return push_or_pop(ctx, &piled); }

char LICENSE[] SEC("license") = "GPL";
