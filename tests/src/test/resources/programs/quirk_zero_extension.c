// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// 32-bit operations clear the upper half: what was a number of 64 bits, or negative, is one below 2^32 afterwards.

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
        asm volatile(code : [value] "=&r"(value) : [at] "r"(at), [table] "r"(table) : "r0", "r5", "memory"); \
        return value ? XDP_TX : XDP_PASS; \
    }

// A move of 32 bits, then a comparison of 64.
TABLE_PROGRAM(move_32,
    "r0 = *(u64 *)(%[at] + 0); w0 = w0; if r0 > 255 goto 1f; r0 += %[table]; %[value] = *(u8 *)(r0 + 0); goto 2f; "
    "1: %[value] = 1; 2:")
// -1 in 32 bits is 4,294,967,295 in 64: adding one in 32 bits makes nought.
TABLE_PROGRAM(wrap_32, "w0 = -1; w0 += 1; r0 += %[table]; %[value] = *(u8 *)(r0 + 0)")
// A difference of two bytes that may be negative, masked in 32 bits.
TABLE_PROGRAM(difference_32,
    "r0 = *(u8 *)(%[at] + 0); r5 = *(u8 *)(%[at] + 1); w0 -= w5; w0 &= 255; r0 += %[table]; %[value] = *(u8 *)(r0 + 0)")
// Sum in 32 bits of what was compared in 32.
TABLE_PROGRAM(sum_32,
    "r0 = *(u32 *)(%[at] + 0); r5 = *(u32 *)(%[at] + 4); if w0 > 100 goto 1f; if w5 > 155 goto 1f; w0 += w5; r0 += %[table]; "
    "%[value] = *(u8 *)(r0 + 0); goto 2f; 1: %[value] = 1; 2:")
// Negation in 32 bits of 1..255, then from the top.
TABLE_PROGRAM(negate_32,
    "r0 = *(u8 *)(%[at] + 0); w0 = -w0; w0 += 255; r0 += %[table]; %[value] = *(u8 *)(r0 + 0)")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
