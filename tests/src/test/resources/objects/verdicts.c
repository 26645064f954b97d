// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// One program per verdict; also one that returns a number that is no verdict.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int aborted(struct xdp_md *ctx) { (void)ctx; return XDP_ABORTED; }
SEC("xdp") int drop(struct xdp_md *ctx) { (void)ctx; return XDP_DROP; }
SEC("xdp") int pass(struct xdp_md *ctx) { (void)ctx; return XDP_PASS; }
SEC("xdp") int tx(struct xdp_md *ctx) { (void)ctx; return XDP_TX; }
SEC("xdp") int redirect(struct xdp_md *ctx) { (void)ctx; return bpf_redirect(1, 0); }
SEC("xdp") int unknown(struct xdp_md *ctx) { (void)ctx; return 77; }

char LICENSE[] SEC("license") = "GPL";
