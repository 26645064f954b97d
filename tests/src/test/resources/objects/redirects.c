// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Redirect maps, all empty: a lookup that fails returns the verdict in the lower bits of the flags. First byte: 0 devmap, 1 devmap hash, 2 cpumap,
// 3 xskmap; second byte: the verdict to fall back on. to_interface uses bpf_redirect, which always answers REDIRECT.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define REDIRECT_MAP(name, kind) \
    struct { \
        __uint(type, BPF_MAP_TYPE_##kind); \
        __uint(max_entries, 8); \
        __type(key, __u32); \
        __type(value, __u32); \
    } name SEC(".maps")

REDIRECT_MAP(devices, DEVMAP);
REDIRECT_MAP(devices_by_number, DEVMAP_HASH);
REDIRECT_MAP(cpus, CPUMAP);
REDIRECT_MAP(sockets, XSKMAP);

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int to_map(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 2);
    __u64 fallback;

    if (!data)
        return XDP_ABORTED;
    fallback = data[1] & 3;
    switch (data[0]) {
    case 0: return bpf_redirect_map(&devices, 1, fallback);
    case 1: return bpf_redirect_map(&devices_by_number, 1, fallback);
    case 2: return bpf_redirect_map(&cpus, 1, fallback);
    case 3: return bpf_redirect_map(&sockets, ctx->rx_queue_index, fallback);
    default: return XDP_ABORTED;
    }
}

SEC("xdp") int broadcast(struct xdp_md *ctx)
{
    (void)ctx;
    return bpf_redirect_map(&devices, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

SEC("xdp") int to_interface(struct xdp_md *ctx) { return bpf_redirect(ctx->ingress_ifindex, 0); }

char LICENSE[] SEC("license") = "GPL";
