// SPDX-License-Identifier: Apache-2.0
//
// Objects that cannot be read: each define makes one fault.
// build: unresolved-map.o -DMAP
// build: unresolved-function.o -DFUNCTION
// build: unknown-member.o -DMEMBER
// build: unknown-type.o -DTYPE
// build: inner-of-inner.o -DINNER
// build: contradiction.o -DCONTRADICTION
// build: values-of-hash.o -DVALUES
// build: maps-without-types.o -g0 -DPLAIN
// build: kconfig-struct.o -DKCONFIG

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, int);
    __type(value, int);
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4);
#ifdef MEMBER
    __uint(colour, 3);
#endif
#ifdef CONTRADICTION
    __uint(key_size, 8);
#endif
    __type(key, int);
    __type(value, long);
#ifdef VALUES
    __array(values, struct inner);
#endif
} ports SEC(".maps");

struct {
#ifdef TYPE
    __uint(type, 999);
#else
    __uint(type, BPF_MAP_TYPE_ARRAY);
#endif
    __uint(max_entries, 4);
    __type(key, int);
    __type(value, long);
} counters SEC(".maps");

#ifdef INNER
struct middle {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, int);
    __array(values, struct inner);
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, int);
    __array(values, struct middle);
} outer SEC(".maps");
#endif

extern struct {
    int type;
} routes;
extern int missing(int x);

#ifdef KCONFIG
struct pair {
    int a, b;
};
extern struct pair CONFIG_PAIR __kconfig;
#endif

SEC("xdp")
int reader(struct xdp_md *ctx)
{
    int key = ctx->rx_queue_index;

    if (!bpf_map_lookup_elem(&ports, &key) || !bpf_map_lookup_elem(&counters, &key))
        return XDP_DROP;
#ifdef MAP
    bpf_map_lookup_elem(&routes, &key);
#endif
#ifdef FUNCTION
    key = missing(key);
#endif
#ifdef KCONFIG
    key = CONFIG_PAIR.a;
#endif
    return key;
}
