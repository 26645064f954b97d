// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Section names that libbpf 1.x no longer takes for XDP but older objects have: "xdp/name" as any name, "prog", "from-netdev"
// and numbered tail calls.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp/name_of_my_own") int named(struct xdp_md *ctx) { (void)ctx; return XDP_DROP; }
SEC("xdp_another") int underscored(struct xdp_md *ctx) { (void)ctx; return XDP_TX; }
SEC("prog") int oldest(struct xdp_md *ctx) { (void)ctx; return XDP_PASS; }

char LICENSE[] SEC("license") = "GPL";
