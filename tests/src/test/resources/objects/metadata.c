// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Kernel functions, called by instructions with the pseudo source 2: bpf_xdp_metadata_rx_hash and _timestamp. The kernel takes such a program only
// bound to a device; where a device has no such metadata they return -EOPNOTSUPP (-95): PASS.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum xdp_rss_hash_type { NO_HASH_TYPE };

extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash, enum xdp_rss_hash_type *type) __ksym __weak;
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym __weak;

SEC("xdp")
int metadata(struct xdp_md *ctx)
{
    enum xdp_rss_hash_type type;
    __u64 timestamp = 0;
    __u32 hash = 0;

    if (bpf_xdp_metadata_rx_hash(ctx, &hash, &type) != -95)
        return XDP_ABORTED;
    return bpf_xdp_metadata_rx_timestamp(ctx, &timestamp) == -95 ? XDP_PASS : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
