// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Events with the frame behind them: the flags' upper 32 bits say how many bytes of the frame follow. Without a reader the helper
// returns -ENOENT (-2) or -EOPNOTSUPP: the program passes whatever it says.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} events SEC(".maps");

struct sample {
    __u32 ifindex;
    __u32 length;
};

SEC("xdp")
int sample(struct xdp_md *ctx)
{
    struct sample sample = {ctx->ingress_ifindex, ctx->data_end - ctx->data};
    __u64 flags = BPF_F_CURRENT_CPU | (__u64)sample.length << 32;

    bpf_perf_event_output(ctx, &events, flags, &sample, sizeof(sample));
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
