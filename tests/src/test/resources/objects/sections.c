// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Section names. Expect programs of type XDP with the attach point: plain (xdp, frags off), big (xdp, frags on), xdp/named (xdp),
// on_devmap (devmap), on_devmap_frags, on_cpumap, on_cpumap_frags; and helper_only (no section prefix of XDP: type unknown).

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int plain(struct xdp_md *ctx) { (void)ctx; return XDP_PASS; }
SEC("xdp.frags") int big(struct xdp_md *ctx) { (void)ctx; return XDP_TX; }
SEC("xdp/devmap") int on_devmap(struct xdp_md *ctx) { return ctx->egress_ifindex ? XDP_PASS : XDP_DROP; }
SEC("xdp.frags/devmap") int on_devmap_frags(struct xdp_md *ctx) { (void)ctx; return XDP_PASS; }
SEC("xdp/cpumap") int on_cpumap(struct xdp_md *ctx) { (void)ctx; return XDP_DROP; }
SEC("xdp.frags/cpumap") int on_cpumap_frags(struct xdp_md *ctx) { (void)ctx; return XDP_PASS; }

char LICENSE[] SEC("license") = "GPL";
