// SPDX-License-Identifier: Apache-2.0
//
// CO-RE relocations in a program and in the function that it calls.
// build: core.o
// build: core-target.o -DTARGET

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PRESERVE __attribute__((preserve_access_index))

struct frame {
#ifdef TARGET
    long added;
#endif
    int length;
#ifndef TARGET
    int gone;
#endif
} PRESERVE;

static __noinline int length(struct frame *frame)
{
    return frame->length;
}

SEC("xdp")
int relocated(struct xdp_md *ctx)
{
    struct frame *frame = (void *)(long)ctx->data;

#ifndef TARGET
    if (ctx->rx_queue_index == 7)
        return frame->gone;
#endif
    return length(frame) + frame->length;
}

char LICENSE[] SEC("license") = "GPL";
