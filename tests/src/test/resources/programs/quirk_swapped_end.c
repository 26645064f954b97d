// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// The comparison with the packet's end in every order and sense that compilers make of it: both operands either way round, and with
// `>=` and `<`, where one byte less or more is proved. The same of metadata, whose end is the packet's beginning.

#include "packet.h"

// r0 = what is compared, 14 bytes on; `code` leaves for 1 if that is outside, for 3 if inside.
#define END_PROGRAM(name, code, offset) \
    SEC("xdp") \
    int name(struct xdp_md *ctx) \
    { \
        __u8 *at = packet(ctx), *end = packet_end(ctx); \
        __u64 value; \
\
        asm volatile("r0 = %[at]; r0 += 14; " code " 3: %[value] = *(u8 *)(%[at] + " #offset "); goto 2f; 1: %[value] = 0xdead; 2:" \
                     : [value] "=&r"(value) \
                     : [at] "r"(at), [end] "r"(end) \
                     : "r0", "memory"); \
        return value == 0xdead ? XDP_DROP : value ? XDP_TX : XDP_PASS; \
    }

END_PROGRAM(at_above_end, "if r0 > %[end] goto 1f;", 13)
END_PROGRAM(end_below_at, "if %[end] < r0 goto 1f;", 13)
END_PROGRAM(at_not_above_end, "if r0 <= %[end] goto 3f; goto 1f;", 13)
END_PROGRAM(end_not_below_at, "if %[end] >= r0 goto 3f; goto 1f;", 13)
// One byte more is proved: the 15th.
END_PROGRAM(at_not_below_end, "if r0 >= %[end] goto 1f;", 14)
END_PROGRAM(end_not_above_at, "if %[end] <= r0 goto 1f;", 14)
END_PROGRAM(at_below_end, "if r0 < %[end] goto 3f; goto 1f;", 14)
END_PROGRAM(end_above_at, "if %[end] > r0 goto 3f; goto 1f;", 14)

// Twelve bytes first, then more: the greater range holds.
END_PROGRAM(widened, "r0 += -2; if r0 > %[end] goto 1f; r0 += 8; if %[end] < r0 goto 1f;", 19)

SEC("xdp")
int metadata(struct xdp_md *ctx)
{
    __u32 *meta, value;

    if (bpf_xdp_adjust_meta(ctx, -8))
        return XDP_DROP;
    meta = (void *)(long)ctx->data_meta;
    // The other way round: packet >= meta + 8
    if (!(packet(ctx) >= (void *)(meta + 2)))
        return XDP_ABORTED;
    meta[0] = 7;
    meta[1] = 8;
    value = meta[0] + meta[1];
    if (bpf_xdp_adjust_meta(ctx, 8))
        return XDP_ABORTED;
    return value == 15 ? XDP_PASS : XDP_TX;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
