// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// The way of iproute2 and of older Cilium objects: the map "calls" has id 2, and a program in section "2/N" belongs at its index N.
// Expect two maps in "maps" with the long definition (id, pinning, inner_id, inner_idx: 36 bytes), an entry program in "from-netdev".
// The first byte is the index: 1 DROP, 5 TX, any other: PASS.
//
// build: numbered_tail_calls.o
// build: numbered_tail_calls.nodebug.o -g0 -mcpu=v1

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct bpf_elf_map {
    __u32 type;
    __u32 size_key;
    __u32 size_value;
    __u32 max_elem;
    __u32 flags;
    __u32 id;
    __u32 pinning;
    __u32 inner_id;
    __u32 inner_idx;
};

struct bpf_elf_map SEC("maps") calls = {
    .type = BPF_MAP_TYPE_PROG_ARRAY,
    .size_key = sizeof(__u32),
    .size_value = sizeof(__u32),
    .max_elem = 8,
    .id = 2,
    .pinning = 2,
};

struct bpf_elf_map SEC("maps") metrics = {
    .type = BPF_MAP_TYPE_PERCPU_HASH,
    .size_key = 8,
    .size_value = 16,
    .max_elem = 1024,
    .pinning = 2,
};

static __always_inline __u8 *bytes(struct xdp_md *ctx, __u32 count)
{
    __u8 *data = (void *)(long)ctx->data;

    return data + count <= (__u8 *)(long)ctx->data_end ? data : 0;
}

SEC("2/1") int tail_drop(struct xdp_md *ctx) { (void)ctx; return XDP_DROP; }
SEC("2/5") int tail_tx(struct xdp_md *ctx) { (void)ctx; return XDP_TX; }

SEC("from-netdev")
int entry(struct xdp_md *ctx)
{
    __u8 *data = bytes(ctx, 1);
    __u64 key = 1, value[2] = {1, 64};

    if (!data)
        return XDP_ABORTED;
    bpf_map_update_elem(&metrics, &key, value, BPF_NOEXIST);
    bpf_tail_call(ctx, &calls, data[0]);
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
