// SPDX-License-Identifier: Apache-2.0
//
// Programs and the functions they call: in .text and in their own sections, static, global, weak and hidden.
// build: functions.o

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

volatile int sink;

static __noinline int leaf(int x)
{
    sink = x;
    return x + 1;
}

static __noinline int middle(int x)
{
    return leaf(x) + 2;
}

__noinline int global(int x)
{
    return middle(x) + 3;
}

__weak __noinline int weak(int x)
{
    return leaf(x) + 4;
}

__hidden __noinline int hidden(int x)
{
    sink = x;
    return x + 5;
}

int recursive_b(int x);

__noinline int recursive_a(int x)
{
    return x ? recursive_b(x - 1) + 1 : 0;
}

__noinline int recursive_b(int x)
{
    return x ? recursive_a(x - 1) + 2 : 1;
}

static __noinline __attribute__((section("xdp"))) int beside(int x)
{
    sink = x;
    return leaf(x) + 6;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
    return beside(ctx->rx_queue_index) + beside(1);
}

SEC("xdp")
int second(struct xdp_md *ctx)
{
    return global(ctx->rx_queue_index) + weak(2) + hidden(3);
}

SEC("?xdp.frags/second")
int third(struct xdp_md *ctx)
{
    return recursive_a(ctx->rx_queue_index);
}

SEC("xdp/plain")
int plain(struct xdp_md *ctx)
{
    (void)ctx;
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
