// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Flags that are set, toggled and asked for one by one: whether a branch can be taken depends on single bits, and what is behind one
// that cannot be taken need not be valid.

#include "packet.h"

struct table {
    __u8 bytes[64];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct table);
} tables SEC(".maps");

#define HAS_VLAN 1
#define HAS_TABLE 2
#define IS_SHORT 4

// What was found out is kept in flags, and asked for later: the pointers are valid where the flags say so.
SEC("xdp")
int kept_in_flags(struct xdp_md *ctx)
{
    __u8 *at = packet(ctx);
    struct table *table = 0;
    __u32 zero = 0, flags = 0;

    if ((void *)(at + 14) > packet_end(ctx))
        flags |= IS_SHORT;
    else if (at[12] == 0x81 && at[13] == 0)
        flags |= HAS_VLAN;
    barrier_value(flags);
    if (!(flags & IS_SHORT)) {
        table = bpf_map_lookup_elem(&tables, &zero);
        if (table)
            flags |= HAS_TABLE;
    }
    barrier_value(flags);
    if (flags & IS_SHORT)
        return XDP_DROP;
    if (flags & HAS_TABLE && table->bytes[at[0] & 63])
        return flags & HAS_VLAN ? XDP_TX : XDP_PASS;
    return flags & HAS_VLAN ? XDP_PASS : XDP_DROP;
}

// `code` makes of r0 (any number) something of which a bit is known; label 1 is a load from nowhere.
#define DEAD_PROGRAM(name, code) \
    SEC("xdp") \
    int name(struct xdp_md *ctx) \
    { \
        __u64 *at = packet(ctx), value; \
\
        if ((void *)(at + 2) > packet_end(ctx)) \
            return XDP_DROP; \
        asm volatile("r0 = *(u64 *)(%[at] + 0); r5 = *(u8 *)(%[at] + 8); " code " goto 2f; 1: r0 = *(u64 *)(r5 + 0); 2: %[value] = r0" \
                     : [value] "=&r"(value) \
                     : [at] "r"(at) \
                     : "r0", "r5", "memory"); \
        return value & 0x10 ? XDP_TX : XDP_PASS; \
    }

DEAD_PROGRAM(or_sets, "r0 |= 8; r5 = r0; r5 &= 8; if r5 == 0 goto 1f;")
DEAD_PROGRAM(and_clears, "r0 &= -9; r5 = r0; r5 &= 8; if r5 != 0 goto 1f;")
DEAD_PROGRAM(toggled_twice, "r0 |= 8; r0 ^= 8; r5 = r0; r5 &= 8; if r5 != 0 goto 1f;")
// clang 16 does not know "if r0 & 8 goto +1", nor that of w0: opcode 0x45 and 0x46, register 0, offset, mask.
#define IF_R0_AND_8_SKIP ".byte 0x45; .byte 0; .short 1; .long 8;"
#define IF_W0_AND_8_SKIP ".byte 0x46; .byte 0; .short 1; .long 8;"
DEAD_PROGRAM(bit_test, "r0 |= 8; " IF_R0_AND_8_SKIP " goto 1f;")
DEAD_PROGRAM(bit_test_32, "w0 &= 0xf7; " IF_W0_AND_8_SKIP " goto 3f; goto 1f; 3:")
// One of two constants, told apart by one bit after an exclusive or.
DEAD_PROGRAM(one_of_two, "r0 &= 1; r0 ^= 0x11; r5 = r0; r5 &= 0x10; if r5 == 0 goto 1f;")
// Even, and not above 6: so not 7 nor 5.
DEAD_PROGRAM(even_numbers, "r0 &= 6; if r0 == 7 goto 1f; if r0 == 5 goto 1f; if r0 > 6 goto 1f;")
// Or'd with a bounded number it stays bounded, by the bits.
DEAD_PROGRAM(or_of_bounded, "r0 &= 0x30; r5 &= 0x0f; r0 |= r5; if r0 > 63 goto 1f;")
DEAD_PROGRAM(xor_of_bounded, "r0 &= 0x3f; r5 &= 0x1f; r0 ^= r5; if r0 > 63 goto 1f;")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
