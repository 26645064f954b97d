// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Bounds that go by the stack: a register is spilled, and it is the copy in the register that is compared, or the one that is read back.
// The verifier must carry ranges through memory, and know that copies are one number. (The slots are far below those that clang uses.)

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

static __always_inline struct table *table(void)
{
    __u32 zero = 0;

    return bpf_map_lookup_elem(&tables, &zero);
}

static __always_inline bool first_byte(struct xdp_md *ctx, __u64 *byte)
{
    __u8 *at = packet(ctx);

    if ((void *)(at + 14) > packet_end(ctx))
        return false;
    *byte = at[0];
    return true;
}

// Compared, spilled, the register lost, read back.
SEC("xdp")
int compare_spill_fill(struct xdp_md *ctx)
{
    struct table *table_value = table();
    __u64 index;
    __u8 value;

    if (!table_value || !first_byte(ctx, &index) || index > 63)
        return XDP_DROP;
    asm volatile("*(u64 *)(r10 - 264) = %[index]; %[index] = 0; r0 = *(u64 *)(r10 - 264); r0 += %[table]; %[value] = *(u8 *)(r0 + 0)"
                 : [value] "=r"(value), [index] "+r"(index)
                 : [table] "r"(table_value)
                 : "r0", "memory");
    return value ? XDP_TX : XDP_PASS;
}

// Spilled first; what is then proved of the register holds for the copy in memory.
SEC("xdp")
int spill_compare_fill(struct xdp_md *ctx)
{
    struct table *table_value = table();
    __u64 index;
    __u8 value;

    if (!table_value || !first_byte(ctx, &index))
        return XDP_DROP;
    asm volatile goto("*(u64 *)(r10 - 272) = %[index]; if %[index] > 63 goto %l[outside]" : : [index] "r"(index) : "memory" : outside);
    asm volatile("r0 = *(u64 *)(r10 - 272); r0 += %[table]; %[value] = *(u8 *)(r0 + 0)"
                 : [value] "=r"(value)
                 : [table] "r"(table_value)
                 : "r0", "memory");
    return value ? XDP_TX : XDP_PASS;
outside:
    return XDP_DROP;
}

// Read back into another register, that one compared, the first used.
SEC("xdp")
int fill_compare_other(struct xdp_md *ctx)
{
    struct table *table_value = table();
    __u64 index;
    __u8 value;

    if (!table_value || !first_byte(ctx, &index))
        return XDP_DROP;
    asm volatile goto("*(u64 *)(r10 - 280) = %[index]; r0 = *(u64 *)(r10 - 280); if r0 > 63 goto %l[outside]"
                      :
                      : [index] "r"(index)
                      : "r0", "memory"
                      : outside);
    asm volatile("%[index] += %[table]; %[value] = *(u8 *)(%[index] + 0)"
                 : [value] "=r"(value), [index] "+r"(index)
                 : [table] "r"(table_value)
                 : "memory");
    return value ? XDP_TX : XDP_PASS;
outside:
    return XDP_DROP;
}

// Half of a slot: a number of 32 bits is spilled as one and read back as one.
SEC("xdp")
int half_slot(struct xdp_md *ctx)
{
    struct table *table_value = table();
    __u64 index;
    __u8 value;

    if (!table_value || !first_byte(ctx, &index) || index > 63)
        return XDP_DROP;
    asm volatile("*(u32 *)(r10 - 288) = %[index]; r0 = *(u32 *)(r10 - 288); r0 += %[table]; %[value] = *(u8 *)(r0 + 0)"
                 : [value] "=r"(value)
                 : [index] "r"(index), [table] "r"(table_value)
                 : "r0", "memory");
    return value ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
