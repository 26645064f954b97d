// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A large program: a parser for TCP options, unrolled to forty steps and a thousand instructions (v1: no 32-bit jumps, larger still).
// Finds the MSS (kind 2) of an IPv4 TCP SYN and lowers it to 1,400 if it is more: TX when lowered, PASS when not, DROP when an option is malformed.
//
// build: large_parser.o
// build: large_parser.v1.o -mcpu=v1

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// At an odd offset the sum is of swapped bytes; both ways give the same checksum.
static __noinline int lower(__u8 *tcp, __u8 *at, __u8 *options_end, __u8 *end)
{
    __u32 mss, sum;
    __u16 before, after;

    if (tcp + 20 > end || at + 4 > options_end || at + 4 > end || at[1] != 4)
        return XDP_DROP;
    mss = at[2] << 8 | at[3];
    if (mss <= 1400)
        return XDP_PASS;
    before = (at - tcp) & 1 ? at[3] << 8 | at[2] : mss;
    after = (at - tcp) & 1 ? (1400 & 0xff) << 8 | 1400 >> 8 : 1400;
    at[2] = 1400 >> 8;
    at[3] = 1400 & 0xff;
    sum = (__u16)~(tcp[16] << 8 | tcp[17]) + (__u16)~before + after;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~sum;
    tcp[16] = sum >> 8;
    tcp[17] = sum;
    return XDP_TX;
}

// One option: end, no operation, MSS, or one to step over.
#define STEP \
    if (at >= options_end || at + 1 > end || at[0] == 0) \
        return XDP_PASS; \
    if (at[0] == 1) { \
        at++; \
    } else { \
        if (at + 2 > end || at[1] < 2) \
            return XDP_DROP; \
        if (at[0] == 2) \
            return lower(tcp, at, options_end, end); \
        at += at[1]; \
    }
#define REPEAT_5(x) x x x x x
#define REPEAT_8(x) x x x x x x x x

SEC("xdp")
int clamp_mss(struct xdp_md *ctx)
{
    __u8 *data = (void *)(long)ctx->data;
    __u8 *end = (void *)(long)ctx->data_end;
    __u8 *tcp, *at, *options_end;
    __u32 length;

    if (data + 54 > end)
        return XDP_PASS;
    if (data[12] != 8 || data[13] != 0 || data[14] != 0x45 || data[23] != 6)
        return XDP_PASS;
    tcp = data + 34;
    if (!(tcp[13] & 2))
        return XDP_PASS;
    length = (tcp[12] >> 4) * 4;
    if (length < 20)
        return XDP_DROP;
    options_end = tcp + length;
    if (options_end > end)
        return XDP_DROP;
    at = tcp + 20;

    REPEAT_8(REPEAT_5(STEP))
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
