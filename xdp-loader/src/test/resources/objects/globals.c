// SPDX-License-Identifier: Apache-2.0
//
// Global variables of every kind, kernel configuration and kernel symbols, subprograms and a callback.
// build: globals.o
// build: globals-without-types.o -g0 -DWITHOUT_EXTERNS

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static volatile int first = 5;
static volatile int second = 6;
volatile int shared = 7;
static volatile int zeros[10];
volatile long custom SEC(".data.custom") = 0x1122334455667788;
const volatile int setting = 9;
static const volatile char letters[3] = {1, 2, 3};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, int);
    __type(value, long);
} table SEC(
#ifdef WITHOUT_EXTERNS
        ".bss.table"
#else
        ".maps"
#endif
);

#ifndef WITHOUT_EXTERNS
extern int LINUX_KERNEL_VERSION __kconfig;
extern _Bool CONFIG_ABSENT __kconfig __weak;
extern char CONFIG_NAME[16] __kconfig;
extern const int runqueues __ksym;
extern const int absent_variable __ksym __weak;
extern int kernel_function(int) __ksym;
extern int absent_function(int) __ksym __weak;
#endif

static __noinline int add(int x)
{
    static volatile int calls = 3;

    calls++;
    return x * second + calls;
}

__noinline int scale(int x)
{
    return add(x) + shared + setting * letters[2];
}

SEC("xdp")
int variables(struct xdp_md *ctx)
{
    first++;
    zeros[ctx->ingress_ifindex % 10]++;
    custom++;
    bpf_printk("first %d\n", first);
    return add(first) + scale(second);
}

#ifndef WITHOUT_EXTERNS
SEC("xdp")
int externs(struct xdp_md *ctx)
{
    if (CONFIG_ABSENT && CONFIG_NAME[ctx->rx_queue_index % 16])
        return LINUX_KERNEL_VERSION + kernel_function(3);
    if (&absent_variable)
        return *(&absent_variable);
    if (absent_function)
        return absent_function(1);
    return (long)&runqueues & 0xff;
}

static int each(void *map, int *key, long *value, void *context)
{
    (void)map;
    (void)key;
    (void)context;
    return *value > shared;
}

SEC("xdp")
int callback(struct xdp_md *ctx)
{
    (void)ctx;
    bpf_for_each_map_elem(&table, each, 0, 0);
    return scale(1);
}
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";
__u32 kernel_version SEC("version") = 0x060c00;
