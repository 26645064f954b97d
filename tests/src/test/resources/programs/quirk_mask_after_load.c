// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// A number is loaded with 32 bits, masked with 64 or 32, moved, and is an index then: the mask is the only bound there is.

#include "packet.h"

struct big {
    __u8 bytes[0x10000];
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct big);
} bigs SEC(".maps");

static __always_inline __u32 *words(struct xdp_md *ctx)
{
    __u32 *at = packet(ctx);

    return (void *)(at + 4) <= packet_end(ctx) ? at : 0;
}

// `code` leaves an index in r0. The verdict is the lowest bit of the index plus what is found there.
#define INDEX_PROGRAM(name, code) \
    SEC("xdp") \
    int name(struct xdp_md *ctx) \
    { \
        __u32 zero = 0, *at; \
        struct big *big = bpf_map_lookup_elem(&bigs, &zero); \
        __u64 value; \
\
        at = words(ctx); \
        if (!big || !at) \
            return XDP_DROP; \
        asm volatile(code "%[value] = r0; r0 += %[big]; r0 = *(u8 *)(r0 + 0); %[value] += r0" \
                     : [value] "=&r"(value) \
                     : [at] "r"(at), [big] "r"(big) \
                     : "r0", "memory"); \
        return value & 1 ? XDP_TX : XDP_PASS; \
    }

// As clang does for (__u16)*at.
INDEX_PROGRAM(mask_64, "r0 = *(u32 *)(%[at] + 0); r0 &= 0xffff; ")
INDEX_PROGRAM(mask_32, "r0 = *(u32 *)(%[at] + 0); w0 &= 0xffff; ")
// The upper part of the word.
INDEX_PROGRAM(shift_32, "r0 = *(u32 *)(%[at] + 0); w0 >>= 16; ")
INDEX_PROGRAM(shift_64, "r0 = *(u64 *)(%[at] + 0); r0 >>= 48; ")
// Two masks in a row, and a multiple: no index above 255 * 256 + 255.
INDEX_PROGRAM(scale, "r0 = *(u32 *)(%[at] + 0); r0 &= 0xfff0ff; r0 &= 0xff; r0 *= 256; r0 += 255; ")
// Swapped to host order first.
INDEX_PROGRAM(swap_16, "r0 = *(u32 *)(%[at] + 0); r0 = be16 r0; ")
// A quotient, then the mask that says what is left.
INDEX_PROGRAM(divided_then_masked, "r0 = *(u32 *)(%[at] + 0); w0 /= 3; w0 &= 0x3ff; ")

char LICENSE[] SEC("license") = "Dual BSD/GPL";
