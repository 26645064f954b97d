// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Global variables. Expect sections .rodata (limit, table, names), .rodata.strings, .data (counter, pointer-free structure), .data.custom,
// .bss (zeroed, hidden statics), and values as initialized below. Program read_them: first byte below limit (10) and table[first byte & 3]
// odd: PASS; table even: DROP; not below: TX. Program count_them: counter goes 41, 42 …: odd PASS, even DROP.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct settings {
    __u32 a;
    __u16 b;
    __u8 name[6];
};

const volatile __u32 limit = 10;
const volatile __u8 table[4] = {1, 2, 3, 4};
const volatile char motto[] SEC(".rodata.strings") = "a packet is a packet";
volatile __u64 counter = 40;
volatile struct settings settings = {.a = 0x01020304, .b = 0x0506, .name = "xdp4j"};
volatile __u32 custom SEC(".data.custom") = 0xcafe;
volatile __u32 zeroed;
static volatile __u64 hidden;
static volatile __u32 hidden_data = 7;
__u64 big[100];

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int read_them(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 1);

    if (!data || motto[2] != 'p' || settings.b != 0x0506 || settings.name[4] != 'j' || custom != 0xcafe)
        return XDP_ABORTED;
    if (data[0] >= limit)
        return XDP_TX;
    return table[data[0] & 3] & 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int count_them(struct xdp_md *ctx)
{
    zeroed++;
    hidden += 2;
    hidden_data++;
    big[hidden_data & 63] = ctx->data_end - ctx->data;
    counter++;
    return counter & 1 ? XDP_PASS : XDP_DROP;
}

// What a switch over constants becomes: a table in .rodata, read by an index.
SEC("xdp")
int switch_table(struct xdp_md *ctx)
{
    static const __u8 verdicts[8] = {1, 2, 3, 1, 2, 3, 1, 2};
    __u8 *data = bytes(ctx, 1);

    return data ? verdicts[data[0] & 7] : XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
