// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Dynamic pointers: to a ring buffer record of run-time size (first byte), and to the packet by kernel function. record: PASS when
// what was written is read back. packet: reads two bytes at the offset given by the first byte: "08 00" PASS, else DROP, outside TX.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} records SEC(".maps");

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *pointer) __ksym __weak;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *pointer, __u32 offset, void *buffer, __u32 buffer__szk) __ksym __weak;

SEC("xdp")
int record(struct xdp_md *ctx)
{
    __u64 written = 0x1122334455667788, read = 0;
    __u8 *data = bytes(ctx, 1);
    struct bpf_dynptr pointer;
    int verdict = XDP_PASS;
    __u64 *direct;

    if (!data)
        return XDP_ABORTED;
    if (bpf_ringbuf_reserve_dynptr(&records, data[0], 0, &pointer)) {
        bpf_ringbuf_discard_dynptr(&pointer, 0);
        return XDP_DROP;
    }
    if (bpf_dynptr_write(&pointer, 4, &written, sizeof(written), 0)
            || bpf_dynptr_read(&read, sizeof(read), &pointer, 4, 0) || read != written)
        verdict = XDP_TX;
    direct = bpf_dynptr_data(&pointer, 4, sizeof(*direct));
    if (verdict == XDP_PASS && (!direct || *direct != written))
        verdict = XDP_ABORTED;
    bpf_ringbuf_submit_dynptr(&pointer, 0);
    return verdict;
}

SEC("xdp")
int packet(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 1);
    struct bpf_dynptr pointer;
    __u8 buffer[2] = {};
    __u8 *slice;

    if (!data || bpf_dynptr_from_xdp(ctx, 0, &pointer))
        return XDP_ABORTED;
    slice = bpf_dynptr_slice(&pointer, data[0], buffer, sizeof(buffer));
    if (!slice)
        return XDP_TX;
    return slice[0] == 8 && slice[1] == 0 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
