// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Bounds that come out of arithmetic: shifts by registers, products, sums of negative and positive, remainders, masks made of signs,
// bytes put together, and halves of a word.

#include "packet.h"

struct table {
    __u8 bytes[1024];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct table);
} tables SEC(".maps");

// r0, r4, r5: bytes 0, 1, 2 of the packet; `code` leaves an index in r0. What is out of bounds goes to label 1, if there is such.
#define TABLE_PROGRAM(name, code) PROGRAM(name, code, "")
#define WINDOW_PROGRAM(name, code) PROGRAM(name, code, "goto 2f; 1: %[value] = 2; 2:")
#define PROGRAM(name, code, outside) \
    SEC("xdp") \
    int name(struct xdp_md *ctx) \
    { \
        __u32 zero = 0; \
        struct table *table = bpf_map_lookup_elem(&tables, &zero); \
        __u64 *at = packet(ctx), value; \
\
        if (!table || (void *)(at + 2) > packet_end(ctx)) \
            return XDP_DROP; \
        asm volatile("r0 = *(u8 *)(%[at] + 0); r4 = *(u8 *)(%[at] + 1); r5 = *(u8 *)(%[at] + 2); " code \
                     " r0 += %[table]; %[value] = *(u8 *)(r0 + 0); " outside \
                     : [value] "=&r"(value) \
                     : [at] "r"(at), [table] "r"(table) \
                     : "r0", "r4", "r5", "memory"); \
        return value > 1 ? XDP_DROP : value ? XDP_TX : XDP_PASS; \
    }

TABLE_PROGRAM(product, "r4 &= 3; r0 *= r4;")
TABLE_PROGRAM(sum_of_three, "r0 += r4; r0 += r5;")
TABLE_PROGRAM(difference_made_positive, "r0 -= r4; r0 += 255;")
TABLE_PROGRAM(shifted_left, "r0 <<= 2; r4 &= 3; r0 |= r4;")
TABLE_PROGRAM(two_bytes_then_right, "r0 <<= 8; r0 |= r4; r0 >>= 6;")
// -1 or 0 by the sign, used as a mask: the index or nought.
TABLE_PROGRAM(masked_by_sign, "r4 -= 128; r4 s>>= 63; r0 &= r4;")
// -256 or 0, then from the middle.
TABLE_PROGRAM(sign_of_difference, "r4 -= r5; r4 s>>= 63; r4 &= -256; r0 += r4; r0 += 256;")
WINDOW_PROGRAM(signed_window, "r0 -= r4; if r0 s< 0 goto 1f; if r0 s> 200 goto 1f;")
WINDOW_PROGRAM(signed_window_32, "w0 -= w4; if w0 s< 0 goto 1f; if w0 s> 200 goto 1f;")
TABLE_PROGRAM(upper_half, "r0 <<= 32; r0 |= r4; r0 >>= 32;")
WINDOW_PROGRAM(quotient, "r0 <<= 8; r0 |= r4; w0 /= 64; if r0 > 1023 goto 1f;")
WINDOW_PROGRAM(negated_twice, "r0 = -r0; r0 += r4; r0 = -r0; if r0 s< 0 goto 1f;")
// The smaller of two, as clang makes it without a branch that the verifier could follow.
TABLE_PROGRAM(smaller_of_two, "r0 <<= 4; if r0 < r4 goto 3f; r0 = r4; 3:")
// Larger than the larger is not possible.
TABLE_PROGRAM(larger_of_two, "r0 <<= 1; if r0 > r4 goto 3f; r0 = r4; 3:")
// Only multiples of four below 1,024.
TABLE_PROGRAM(multiples, "r0 *= 4; r0 &= 0x3fc; r5 &= 3; r0 += r5;")
WINDOW_PROGRAM(shift_by_register, "r4 &= 1; r4 += 1; r0 <<= 1; r0 >>= r4;  if r0 > 511 goto 1f;")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
