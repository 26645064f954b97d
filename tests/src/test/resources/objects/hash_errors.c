// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Flags and errors of a hash of two entries, checked by the program itself: PASS if each call answers as the kernel does.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 2);
    __type(key, __u64);
    __type(value, __u64);
} table SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64);
} array SEC(".maps");

SEC("xdp")
int hash(struct xdp_md *ctx)
{
    __u64 a = 1, b = 2, c = 3, value = 9, *found;

    (void)ctx;
    if (bpf_map_update_elem(&table, &a, &value, BPF_EXIST) != -2) // ENOENT
        return XDP_ABORTED;
    if (bpf_map_update_elem(&table, &a, &value, BPF_NOEXIST) != 0)
        return XDP_DROP;
    if (bpf_map_update_elem(&table, &a, &value, BPF_NOEXIST) != -17) // EEXIST
        return XDP_ABORTED;
    if (bpf_map_update_elem(&table, &b, &value, BPF_ANY) != 0)
        return XDP_ABORTED;
    if (bpf_map_update_elem(&table, &c, &value, BPF_ANY) != -7) // E2BIG
        return XDP_TX;
    if (bpf_map_update_elem(&table, &a, &value, 99) != -22) // EINVAL
        return XDP_ABORTED;
    found = bpf_map_lookup_elem(&table, &b);
    if (!found || *found != 9)
        return XDP_ABORTED;
    if (bpf_map_delete_elem(&table, &a) || bpf_map_delete_elem(&table, &a) != -2 || bpf_map_delete_elem(&table, &b))
        return XDP_ABORTED;
    return bpf_map_lookup_elem(&table, &b) ? XDP_ABORTED : XDP_PASS;
}

SEC("xdp")
int array_bounds(struct xdp_md *ctx)
{
    __u32 last = 1, past = 2;
    __u64 value = 5;

    (void)ctx;
    if (bpf_map_update_elem(&array, &last, &value, BPF_NOEXIST) != -17)
        return XDP_ABORTED;
    if (bpf_map_update_elem(&array, &past, &value, BPF_ANY) != -7)
        return XDP_DROP;
    if (bpf_map_delete_elem(&array, &last) != -22)
        return XDP_TX;
    return bpf_map_lookup_elem(&array, &past) ? XDP_ABORTED : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
