// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Every atomic operation with and without fetch, in 32 and 64 bits, on a map value; checked by the program itself: PASS.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct cell {
    __u64 wide;
    __u32 narrow;
    __u32 guard;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct cell);
} cells SEC(".maps");

SEC("xdp")
int atomics(struct xdp_md *ctx)
{
    struct cell *cell;
    __u32 key = 0;

    (void)ctx;
    cell = bpf_map_lookup_elem(&cells, &key);
    if (!cell)
        return XDP_ABORTED;
    cell->wide = 0xfffffffffffffff0;
    cell->narrow = 0xfffffff0;
    cell->guard = 0x5a5a5a5a;

    if (__sync_fetch_and_add(&cell->wide, 0x20) != 0xfffffffffffffff0 || cell->wide != 0x10)
        return XDP_ABORTED;
    if (__sync_fetch_and_add(&cell->narrow, 0x20) != 0xfffffff0 || cell->narrow != 0x10)
        return XDP_ABORTED;
    if (__sync_fetch_and_or(&cell->wide, 0xf00000000f) != 0x10 || cell->wide != 0xf00000001f)
        return XDP_ABORTED;
    if (__sync_fetch_and_and(&cell->wide, 0xff) != 0xf00000001f || cell->wide != 0x1f)
        return XDP_ABORTED;
    if (__sync_fetch_and_xor(&cell->wide, 0xff) != 0x1f || cell->wide != 0xe0)
        return XDP_ABORTED;
    if (__sync_lock_test_and_set(&cell->wide, 0x1234567890) != 0xe0 || cell->wide != 0x1234567890)
        return XDP_ABORTED;
    if (__sync_val_compare_and_swap(&cell->wide, 1, 2) != 0x1234567890 || cell->wide != 0x1234567890)
        return XDP_ABORTED;
    if (__sync_val_compare_and_swap(&cell->wide, 0x1234567890, 7) != 0x1234567890 || cell->wide != 7)
        return XDP_ABORTED;
    if (__sync_fetch_and_or(&cell->narrow, 0x80000000) != 0x10 || __sync_fetch_and_and(&cell->narrow, 0x80000000) != 0x80000010)
        return XDP_ABORTED;
    if (__sync_lock_test_and_set(&cell->narrow, 3) != 0x80000000 || __sync_val_compare_and_swap(&cell->narrow, 3, 4) != 3)
        return XDP_ABORTED;
    if (__sync_fetch_and_xor(&cell->narrow, 1) != 4 || cell->narrow != 5 || cell->guard != 0x5a5a5a5a)
        return XDP_ABORTED;
    __sync_fetch_and_add(&cell->wide, 1); // without fetch
    return cell->wide == 8 ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
