// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Arithmetic on two numbers of the frame (a: bytes 0-3, b: bytes 4-7, both little endian), the result (8 bytes) written over
// bytes 6-13 by the operation in byte 13. Built for each instruction set, with and without debug information: same results from all.
//
// build: arithmetic.v1.o -mcpu=v1
// build: arithmetic.v1.nodebug.o -mcpu=v1 -g0
// build: arithmetic.v2.o -mcpu=v2
// build: arithmetic.v2.nodebug.o -mcpu=v2 -g0
// build: arithmetic.v3.o -mcpu=v3
// build: arithmetic.v3.nodebug.o -mcpu=v3 -g0

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int arithmetic(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 14);
    __u32 a, b;
    __s32 s;
    __u64 result;

    if (!data)
        return XDP_ABORTED;
    __builtin_memcpy(&a, data, 4);
    __builtin_memcpy(&b, data + 4, 4);
    s = a;
    switch (data[13]) {
    case 0: result = (__u64)a + b; break;
    case 1: result = (__u32)(a - b); break;
    case 2: result = (__u64)a * b; break;
    case 3: result = a / b; break;
    case 4: result = a % b; break;
    case 5: result = (__s64)s >> (b & 31); break;
    case 6: result = (__u32)(s >> (b & 31)); break;
    case 7: result = (__u64)a << (b & 63); break;
    case 8: result = a << (b & 31); break;
    case 9: result = __builtin_bswap32(a); break;
    case 10: result = __builtin_bswap64((__u64)b << 32 | a); break;
    case 11: result = __builtin_bswap16(a); break;
    case 12: result = s < (__s32)b; break;
    case 13: result = a < b; break;
    case 14: result = -(__s64)s; break;
    case 15: result = (a & b) | (a ^ ~b); break;
    default: return XDP_DROP;
    }
    __builtin_memcpy(data + 6, &result, 8);
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
