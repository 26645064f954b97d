// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Helpers whose answers differ from run to run, held to what is always true of them: PASS.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} per_cpu SEC(".maps");

SEC("xdp")
int clocks(struct xdp_md *ctx)
{
    __u64 before = bpf_ktime_get_ns(), after;

    (void)ctx;
    if (bpf_ktime_get_boot_ns() == 0 || bpf_ktime_get_coarse_ns() == 0 || bpf_jiffies64() == 0)
        return XDP_ABORTED;
    after = bpf_ktime_get_ns();
    return before && after >= before ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int random_bits(struct xdp_md *ctx)
{
    __u32 all = 0;

    (void)ctx;
    for (int i = 0; i < 64; i++)
        all |= bpf_get_prandom_u32();
    return all == 0xffffffff ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int cpus(struct xdp_md *ctx)
{
    __u32 key = 0, cpu = bpf_get_smp_processor_id();
    __u64 *mine = bpf_map_lookup_elem(&per_cpu, &key), *same;

    (void)ctx;
    if (!mine)
        return XDP_ABORTED;
    *mine = 77;
    same = bpf_map_lookup_percpu_elem(&per_cpu, &key, cpu);
    if (!same || *same != 77)
        return XDP_DROP;
    return bpf_map_lookup_percpu_elem(&per_cpu, &key, 100000) ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
