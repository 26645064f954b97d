// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Calls bpf_get_current_task, which Linux 6.18 grants to privileged XDP programs (older kernels only to tracing programs).
// Without a kernel there is no task: an engine refuses it by name.

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int current_task(struct xdp_md *ctx)
{
    (void)ctx;
    return bpf_get_current_task() ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
