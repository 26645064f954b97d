// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Strings in .rodata and .rodata.str1.1, by bpf_printk, bpf_snprintf and bpf_strncmp. format: snprintf of the first byte ("byte 10"): length with the
// NUL 8 for two digits: PASS, else DROP. compare: the first four bytes are "GET ": PASS.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("xdp")
int format(struct xdp_md *ctx)
{
    static const char pattern[] = "byte %u";
    __u8 *data = bytes(ctx, 1);
    char text[16];
    __u64 arguments[1];

    if (!data)
        return XDP_ABORTED;
    arguments[0] = data[0];
    if (bpf_snprintf(text, sizeof(text), pattern, arguments, sizeof(arguments)) != 8)
        return XDP_DROP;
    return text[5] - '0' == data[0] / 10 ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp")
int compare(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 4);
    char start[4];

    if (!data)
        return XDP_ABORTED;
    __builtin_memcpy(start, data, 4);
    return bpf_strncmp(start, sizeof(start), "GET ") ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int print(struct xdp_md *ctx)
{
    bpf_printk("frame of %u bytes on interface %u", ctx->data_end - ctx->data, ctx->ingress_ifindex);
    bpf_printk("%s: %d %d %d %d", "many", 1, 2, 3, 4);
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
