// SPDX-License-Identifier: Apache-2.0
//
// Map definitions by types: every member, maps of maps and program arrays with initial values.
// build: maps.o

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct key {
    __u32 address;
    __u16 port;
    __u16 protocol;
};

struct value {
    __u64 packets;
    __u64 bytes;
    __u32 last;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(numa_node, 0);
    __uint(pinning, LIBBPF_PIN_BY_NAME);
    __type(key, struct key);
    __type(value, struct value);
} flows SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 100);
    __uint(value_size, 12);
    __uint(map_extra, 5);
} seen SEC(".maps");

static struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 5);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(struct value));
} counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 65536);
} events SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 4);
    __type(key, int);
    __type(value, long);
} inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 8);
    __type(key, int);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {[1] = &inner_a, [3] = &inner_b}};

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 16);
    __type(key, __u64);
    __array(values, struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 2);
        __type(key, int);
        __type(value, int);
    });
} by_cookie SEC(".maps");

int last(struct xdp_md *ctx);

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 3);
    __uint(key_size, sizeof(__u32));
    __array(values, int(void *));
} next SEC(".maps") = {.values = {[2] = (void *)&last}};

SEC("xdp")
int start(struct xdp_md *ctx)
{
    struct key key = {};
    int index = 1;

    bpf_map_lookup_elem(&flows, &key);
    bpf_map_lookup_elem(&counters, &index);
    bpf_map_peek_elem(&seen, &key);
    bpf_map_lookup_elem(&by_cookie, &key);
    bpf_ringbuf_output(&events, &key, sizeof(key), 0);
    bpf_tail_call(ctx, &next, 2);
    return bpf_map_lookup_elem(&outer, &index) ? XDP_PASS : XDP_DROP;
}

SEC("xdp/last")
int last(struct xdp_md *ctx)
{
    (void)ctx;
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
