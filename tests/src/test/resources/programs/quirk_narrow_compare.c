// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Comparisons of 32 bits that must prove something of 64: of a register whose upper half is known to be nought, of signed numbers, of
// numbers that are equal, and in steps from both sides.

#include "packet.h"

struct table {
    __u8 bytes[256];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct table);
} tables SEC(".maps");

// `outside` is where a failed comparison goes: label 1.
#define TABLE_PROGRAM(name, code) \
    SEC("xdp") \
    int name(struct xdp_md *ctx) \
    { \
        __u32 zero = 0; \
        struct table *table = bpf_map_lookup_elem(&tables, &zero); \
        __u64 *at = packet(ctx), value; \
\
        if (!table || (void *)(at + 2) > packet_end(ctx)) \
            return XDP_DROP; \
        asm volatile(code "r0 += %[table]; %[value] = *(u8 *)(r0 + 0); goto 2f; 1: %[value] = 2; 2:" \
                     : [value] "=&r"(value) \
                     : [at] "r"(at), [table] "r"(table) \
                     : "r0", "r5", "memory"); \
        return value > 1 ? XDP_DROP : value ? XDP_TX : XDP_PASS; \
    }

TABLE_PROGRAM(unsigned_above, "r0 = *(u32 *)(%[at] + 0); if w0 > 255 goto 1f; ")
TABLE_PROGRAM(unsigned_below, "r0 = *(u32 *)(%[at] + 0); w5 = 256; if w5 <= w0 goto 1f; ")
// Below nought and above 255 in two signed comparisons.
TABLE_PROGRAM(signed_window, "r0 = *(u32 *)(%[at] + 0); if w0 s< 0 goto 1f; if w0 s> 255 goto 1f; ")
// The upper half is unknown when compared; it is cleared afterwards.
TABLE_PROGRAM(cleared_later, "r0 = *(u64 *)(%[at] + 0); if w0 > 255 goto 1f; w0 = w0; ")
// Equal to one of known bounds.
TABLE_PROGRAM(equal_to_bounded, "r0 = *(u32 *)(%[at] + 0); r5 = *(u8 *)(%[at] + 4); if w0 != w5 goto 1f; ")
// Less than one of known bounds.
TABLE_PROGRAM(less_than_bounded, "r0 = *(u32 *)(%[at] + 0); r5 = *(u8 *)(%[at] + 4); if w0 >= w5 goto 1f; ")
// From a window that does not begin at nought.
TABLE_PROGRAM(shifted_window, "r0 = *(u32 *)(%[at] + 0); w0 += -1000; if w0 >= 256 goto 1f; ")
// A copy is compared, the original used.
TABLE_PROGRAM(compared_copy, "r0 = *(u32 *)(%[at] + 0); r5 = r0; if w5 > 255 goto 1f; ")
// 64-bit comparison after which the 32-bit one can only go one way.
TABLE_PROGRAM(decided_by_wide, "r0 = *(u32 *)(%[at] + 0); if r0 > 255 goto 1f; if w0 > 255 goto 3f; goto 4f; 3: r0 = *(u64 *)(r0 + 0); 4: ")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
