// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Numbers that are copies of each other, also with a constant between them: what a comparison says of one it says of all.

#include "packet.h"

struct table {
    __u8 bytes[128];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct table);
} tables SEC(".maps");

// Label 1 is for what is out of bounds.
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
        asm volatile("r0 = *(u32 *)(%[at] + 0); " code " r0 += %[table]; %[value] = *(u8 *)(r0 + 0); goto 2f; 1: %[value] = 2; 2:" \
                     : [value] "=&r"(value) \
                     : [at] "r"(at), [table] "r"(table) \
                     : "r0", "r4", "r5", "memory"); \
        return value > 1 ? XDP_DROP : value ? XDP_TX : XDP_PASS; \
    }

TABLE_PROGRAM(copy_of_copy, "r4 = r0; r5 = r4; if r5 > 127 goto 1f;")
// The original is changed after it was copied: they are linked no more, but the constant between them is known.
TABLE_PROGRAM(copy_then_add, "r4 = r0; r4 += 8; if r0 > 119 goto 1f; r0 = r4;")
// In steps: at least, at most, of different copies.
TABLE_PROGRAM(window_of_copies, "r4 = r0; r5 = r0; if r4 < 100 goto 1f; if r5 > 227 goto 1f; r0 += -100;")
// Both sides of an equality get what is known of either.
TABLE_PROGRAM(equal_registers, "r4 = *(u32 *)(%[at] + 4); r4 &= 0x7f; if r0 != r4 goto 1f;")
// Register against register, both unknown but one bounded.
TABLE_PROGRAM(below_register, "r4 = *(u8 *)(%[at] + 4); r4 >>= 1; if r0 > r4 goto 1f;")
// A copy in the stack.
TABLE_PROGRAM(copy_in_stack, "*(u64 *)(r10 - 264) = r0; r4 = r0; r0 = 0; if r4 > 127 goto 1f; r0 = *(u64 *)(r10 - 264);")
// Copied with 32 bits: the same number, since there are no more.
TABLE_PROGRAM(narrow_copy, "w4 = w0; if w4 > 127 goto 1f;")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
