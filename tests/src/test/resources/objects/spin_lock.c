// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A lock in a map value: both counters move together. First run 1/10: PASS, second 2/20: DROP.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct account {
    struct bpf_spin_lock lock;
    __u32 visits;
    __u64 sum;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct account);
} accounts SEC(".maps");

SEC("xdp")
int locked(struct xdp_md *ctx)
{
    struct account *account;
    __u32 key = 0, visits;
    __u64 sum;

    (void)ctx;
    account = bpf_map_lookup_elem(&accounts, &key);
    if (!account)
        return XDP_ABORTED;
    bpf_spin_lock(&account->lock);
    visits = ++account->visits;
    sum = account->sum += 10;
    bpf_spin_unlock(&account->lock);
    if (sum != visits * 10)
        return XDP_ABORTED;
    return visits & 1 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
