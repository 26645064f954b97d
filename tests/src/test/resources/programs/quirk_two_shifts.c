// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// How the first instruction set, which has no 32-bit registers, cuts a number to 32 bits or to a byte: a shift to the top and one back.
//
// build: quirk_two_shifts.o
// build: quirk_two_shifts.v1.o -mcpu=v1

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
        asm volatile(code : [value] "=&r"(value) : [at] "r"(at), [table] "r"(table) : "r0", "memory"); \
        return value ? XDP_TX : XDP_PASS; \
    }

// The idiom of old compilers: two shifts.
TABLE_PROGRAM(two_shifts,
    "r0 = *(u64 *)(%[at] + 0); r0 <<= 32; r0 >>= 32; if r0 > 255 goto 1f; r0 += %[table]; %[value] = *(u8 *)(r0 + 0); goto 2f; "
    "1: %[value] = 1; 2:")
// The comparison is of the 64-bit register, after the upper half was shifted out.
TABLE_PROGRAM(shift_to_top, "r0 = *(u64 *)(%[at] + 0); r0 <<= 56; r0 >>= 56; r0 += %[table]; %[value] = *(u8 *)(r0 + 0)")
// Arithmetic shift: -128..127, then made positive.
TABLE_PROGRAM(signed_byte,
    "r0 = *(u64 *)(%[at] + 0); r0 <<= 56; r0 s>>= 56; r0 += 128; r0 += %[table]; %[value] = *(u8 *)(r0 + 0)")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
