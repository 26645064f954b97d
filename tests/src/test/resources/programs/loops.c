// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Every way to repeat and to divide work that the kernel has, in the parts of a filter before web servers: global functions (verified
// once, by the types of their arguments) and static ones, loops that the verifier bounds, bpf_loop, walks over maps, timers, open-coded
// iterators, locks, dynamic pointers to packets and records, both kinds of ring buffer, and may_goto.

#include "packet.h"

#define MAX_TLVS 64
#define MAX_WORDS 750 // of a packet of 1,500 bytes
#define SECOND 1000000000ULL
#define CLOCK_MONOTONIC 1
#define BUSY (-16)

struct bpf_iter_num {
    __u64 opaque[1];
} __attribute__((aligned(8)));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;
extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *pointer) __ksym __weak;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *pointer, __u32 offset, void *buffer, __u32 buffer__szk) __ksym __weak;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *pointer, __u32 offset, void *buffer, __u32 buffer__szk) __ksym __weak;
extern __u32 bpf_dynptr_size(const struct bpf_dynptr *pointer) __ksym __weak;

struct flow {
    __be32 source;
    __be32 destination;
    __be16 port[2];
    __u32 protocol;
};

// A token bucket: whoever changes it holds the lock.
struct bucket {
    struct bpf_spin_lock lock;
    __u32 tokens;
    __u64 filled;
    __u64 refused;
};

struct session {
    struct bpf_timer timer;
    __u64 packets;
    __u64 fired;
};

struct record {
    __u64 time;
    struct flow flow;
    __u32 length;
    __u32 copied;
    __u8 bytes[64];
};

struct command {
    __u32 kind; // 0 add to the limit, 1 set the limit, others are skipped
    __u32 value;
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __be32);
    __type(value, struct bucket);
} buckets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct flow);
    __type(value, struct session);
} sessions SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u64);
} expiring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u64);
} weights SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 65536);
} records SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
    __uint(max_entries, 4096);
} commands SEC(".maps");

const volatile __u32 burst = 3;
const volatile __u64 nanoseconds_per_token = SECOND;
__u64 limit = 10;
__u32 search_from = sizeof(struct ethhdr); // no constant on purpose: what is counted from a known number is followed to the end
__u64 counted[8];

// Global: the verifier checks each once, with nothing known of its arguments but their types, and of its result nothing but that it is
// a number.

__noinline int within(__u64 value, __u64 most)
{
    return value <= most;
}

// Pointers to memory may be null, as far as a global function knows.
__noinline int weigh(const struct flow *flow, __u32 salt)
{
    if (!flow)
        return 0;
    return hash3(flow->source ^ flow->destination, flow->port[0] ^ flow->port[1], flow->protocol + salt) & 7;
}

__noinline int read_flow(struct xdp_md *ctx, struct flow *flow)
{
    struct iphdr *ip = packet(ctx) + sizeof(struct ethhdr);
    struct ports *ports;

    if (!flow)
        return -1;
    if ((void *)(ip + 1) > packet_end(ctx))
        return -1;
    ports = header(ctx, sizeof(struct ethhdr) + ip->ihl * 4, 0x7f, sizeof(*ports));
    if (!ports)
        return -1;
    ip = packet(ctx) + sizeof(struct ethhdr);
    if ((void *)(ip + 1) > packet_end(ctx))
        return -1;
    flow->source = ip->saddr;
    flow->destination = ip->daddr;
    flow->protocol = ip->protocol;
    flow->port[0] = ports->source;
    flow->port[1] = ports->destination;
    return 0;
}

// Static and not inlined: the verifier walks into it from each call, with what the caller knows.
static __noinline __u32 payload_offset(const struct iphdr *ip, const struct tcphdr *tcp)
{
    return sizeof(struct ethhdr) + ip->ihl * 4 + tcp->doff * 4;
}

static __noinline void count_at(__u32 index)
{
    // clang has seen what weigh() returns and would leave the comparison out; the verifier has not.
    barrier_value(index);
    if (index < 8)
        __sync_fetch_and_add(&counted[index], 1);
}

// A chain of type, length, value behind Ethernet: each step is as long as its data says, and the loop ends where they do.
SEC("xdp")
int walk_tlvs(struct xdp_md *ctx)
{
    __u32 at = sizeof(struct ethhdr), found = 0;
    void *end = packet_end(ctx);
    __u8 *tlv;

#pragma clang loop unroll(disable)
    for (int i = 0; i < MAX_TLVS; i++) {
        tlv = packet(ctx) + at;
        if (at > 0x5ff || (void *)tlv + 2 > end)
            return XDP_DROP;
        if (tlv[0] == 0) {
            count_at(found);
            return found ? XDP_PASS : XDP_TX;
        }
        if (tlv[0] == 7)
            found |= tlv[1] & 3;
        at += 2 + tlv[1];
    }
    return XDP_ABORTED;
}

struct sum {
    struct xdp_md *ctx;
    __u32 offset;
    __u32 end;
    __u64 sum;
    bool bad;
};

static long add_word(__u32 index, struct sum *sum)
{
    __u32 offset = sum->offset + index * 2;
    __u16 *word = header(sum->ctx, offset, 0xfff, sizeof(*word));

    if (offset + 1 >= sum->end)
        return 1; // stop
    if (!word) {
        sum->bad = true;
        return 1;
    }
    sum->sum += *word;
    return 0;
}

// The IPv4 header's checksum by bpf_loop: a callback that is verified once however often it runs.
SEC("xdp")
int check_header(struct xdp_md *ctx)
{
    struct iphdr *ip = packet(ctx) + sizeof(struct ethhdr);
    struct sum sum = {.ctx = ctx, .offset = sizeof(struct ethhdr)};
    long loops;

    if ((void *)(ip + 1) > packet_end(ctx))
        return XDP_DROP;
    sum.end = sizeof(struct ethhdr) + ip->ihl * 4;
    loops = bpf_loop(MAX_WORDS, add_word, &sum, 0);
    if (loops < 0 || sum.bad)
        return XDP_ABORTED;
    return fold(sum.sum) == 0xffff ? XDP_PASS : XDP_DROP;
}

struct expiry {
    __u64 now;
    __u32 kept;
    __u32 deleted;
};

static long expire_one(void *map, __u32 *key, __u64 *until, struct expiry *expiry)
{
    if (*until < expiry->now) {
        bpf_map_delete_elem(map, key);
        expiry->deleted++;
    } else {
        expiry->kept++;
    }
    return 0;
}

static long add_weight(void *map, __u32 *index, __u64 *weight, __u64 *total)
{
    (void)map;
    *total += *weight * (*index + 1);
    return *weight == 0; // an empty place ends the list
}

// The time is the first eight bytes of the packet, so that whoever tests this can know the result: kept and deleted go back into it.
SEC("xdp")
int expire(struct xdp_md *ctx)
{
    struct expiry expiry = {};
    __u64 total = 0;
    __u8 *bytes = packet(ctx);

    if ((void *)(bytes + 14) > packet_end(ctx))
        return XDP_DROP;
    __builtin_memcpy(&expiry.now, bytes, 8);
    if (bpf_for_each_map_elem(&expiring, expire_one, &expiry, 0) < 0)
        return XDP_ABORTED;
    if (bpf_for_each_map_elem(&weights, add_weight, &total, 0) < 0)
        return XDP_ABORTED;
    bytes = packet(ctx);
    if ((void *)(bytes + 14) > packet_end(ctx))
        return XDP_DROP;
    bytes[8] = expiry.kept;
    bytes[9] = expiry.deleted;
    bytes[10] = total;
    return XDP_PASS;
}

// A source may send `burst` packets at once, then one for each token that time puts back.
SEC("xdp")
int meter(struct xdp_md *ctx)
{
    struct flow flow;
    struct bucket first = {}, *bucket;
    __u64 now = bpf_ktime_get_ns(), passed;
    bool allowed = true;

    if (read_flow(ctx, &flow))
        return XDP_DROP;
    bucket = bpf_map_lookup_elem(&buckets, &flow.source);
    if (!bucket) {
        first.tokens = burst - 1;
        first.filled = now;
        return bpf_map_update_elem(&buckets, &flow.source, &first, BPF_NOEXIST) ? XDP_ABORTED : XDP_PASS;
    }
    bpf_spin_lock(&bucket->lock);
    passed = (now - bucket->filled) / nanoseconds_per_token;
    if (passed) {
        bucket->tokens = passed + bucket->tokens > burst ? burst : passed + bucket->tokens;
        bucket->filled += passed * nanoseconds_per_token;
    }
    if (bucket->tokens) {
        bucket->tokens--;
    } else {
        bucket->refused++;
        allowed = false;
    }
    bpf_spin_unlock(&bucket->lock);
    return allowed ? XDP_PASS : XDP_DROP;
}

static int forget(void *map, struct flow *flow, struct session *session)
{
    session->fired++;
    bpf_map_delete_elem(map, flow);
    return 0;
}

// A session ends by itself a minute after its last packet.
SEC("xdp")
int track(struct xdp_md *ctx)
{
    struct session fresh = {}, *session;
    struct flow flow;
    long error;

    if (read_flow(ctx, &flow))
        return XDP_DROP;
    session = bpf_map_lookup_elem(&sessions, &flow);
    if (!session) {
        error = bpf_map_update_elem(&sessions, &flow, &fresh, BPF_NOEXIST);
        session = bpf_map_lookup_elem(&sessions, &flow);
        if (error || !session)
            return XDP_ABORTED;
        error = bpf_timer_init(&session->timer, &sessions, CLOCK_MONOTONIC);
        if (error && error != BUSY)
            return XDP_ABORTED;
        bpf_timer_set_callback(&session->timer, forget);
    }
    __sync_fetch_and_add(&session->packets, 1);
    if (bpf_timer_start(&session->timer, 60 * SECOND, 0))
        return XDP_ABORTED;
    return XDP_PASS;
}

// Rows of four bytes behind Ethernet, as many as the first says; the largest column sum decides. Iterators within iterators.
SEC("xdp")
int sum_columns(struct xdp_md *ctx)
{
    __u32 columns[4] = {}, rows, best = 0;
    __u8 *bytes = packet(ctx) + sizeof(struct ethhdr);
    struct bpf_iter_num outer, inner;
    int *row, *column;
    __u8 *cell;

    if ((void *)(bytes + 1) > packet_end(ctx))
        return XDP_DROP;
    rows = *bytes;
    bpf_iter_num_new(&outer, 0, rows);
    while ((row = bpf_iter_num_next(&outer))) {
        bpf_iter_num_new(&inner, 0, 4);
        while ((column = bpf_iter_num_next(&inner))) {
            __u32 offset = sizeof(struct ethhdr) + 1 + (*row & 0xff) * 4 + (*column & 3);

            cell = header(ctx, offset, 0x7ff, 1);
            if (!cell)
                break;
            columns[*column & 3] += *cell;
        }
        bpf_iter_num_destroy(&inner);
        if (column)
            break;
    }
    bpf_iter_num_destroy(&outer);
    if (row)
        return XDP_DROP; // fewer rows than promised
#pragma unroll
    for (int i = 0; i < 4; i++)
        if (columns[i] > best)
            best = columns[i];
    return within(best, 255) ? XDP_PASS : XDP_TX;
}

// Ports and flags through a dynamic pointer, which also reaches into later fragments: into the buffer where the bytes lie apart.
SEC("xdp")
int clear_urgent(struct xdp_md *ctx)
{
    struct bpf_dynptr packet;
    struct iphdr ip_copy, *ip;
    __u8 tcp_copy[sizeof(struct tcphdr)] = {}, *tcp;
    __u32 offset;

    if (bpf_dynptr_from_xdp(ctx, 0, &packet))
        return XDP_ABORTED;
    if (bpf_dynptr_size(&packet) < 54)
        return XDP_DROP;
    ip = bpf_dynptr_slice(&packet, sizeof(struct ethhdr), &ip_copy, sizeof(ip_copy));
    if (!ip || ip->protocol != IPPROTO_TCP)
        return XDP_PASS;
    offset = sizeof(struct ethhdr) + ip->ihl * 4;
    tcp = bpf_dynptr_slice_rdwr(&packet, offset, tcp_copy, sizeof(tcp_copy));
    if (!tcp)
        return XDP_DROP;
    if (!(tcp[13] & 0x20))
        return XDP_PASS;
    // RFC 1624, by hand: word 6 loses the flag, word 9 becomes zero.
    {
        __u16 flags = tcp[12] << 8 | tcp[13], urgent = tcp[18] << 8 | tcp[19], sum = tcp[16] << 8 | tcp[17];
        __u16 without = flags & ~0x20;

        sum = ~fold((__u64)(__u16)~sum + (__u16)~flags + without + (__u16)~urgent);
        tcp[13] = without;
        tcp[18] = 0;
        tcp[19] = 0;
        tcp[16] = sum >> 8;
        tcp[17] = sum;
    }
    if (tcp == tcp_copy)
        bpf_dynptr_write(&packet, offset, tcp_copy, sizeof(tcp_copy), 0);
    return XDP_TX;
}

static __always_inline long copy_bytes(struct xdp_md *ctx, struct record *record)
{
    __u32 length = packet_end(ctx) - packet(ctx);

    record->length = length;
    // A length that no path leaves above 64 nor at zero.
    length = length < sizeof(record->bytes) ? length : sizeof(record->bytes);
    barrier_value(length);
    if (length - 1 >= sizeof(record->bytes))
        return -1;
    barrier_value(length);
    record->copied = length;
    return bpf_xdp_load_bytes(ctx, 0, record->bytes, length);
}

// One record by reservation, the next by dynamic pointer: every path gives back what it took.
SEC("xdp")
int record_flow(struct xdp_md *ctx)
{
    struct bpf_dynptr pointer;
    struct record *record;
    struct flow flow;
    __u32 weight;

    if (read_flow(ctx, &flow))
        return XDP_DROP;
    record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
    if (!record)
        return XDP_ABORTED;
    record->time = bpf_ktime_get_ns();
    record->flow = flow;
    __builtin_memset(record->bytes, 0, sizeof(record->bytes));
    if (copy_bytes(ctx, record)) {
        bpf_ringbuf_discard(record, 0);
        return XDP_DROP;
    }
    weight = weigh(&record->flow, burst);
    bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
    count_at(weight);

    if (bpf_ringbuf_reserve_dynptr(&records, sizeof(flow) + weight * 8, 0, &pointer)) {
        bpf_ringbuf_discard_dynptr(&pointer, 0);
        return XDP_ABORTED;
    }
    if (bpf_dynptr_write(&pointer, 0, &flow, sizeof(flow), 0)) {
        bpf_ringbuf_discard_dynptr(&pointer, 0);
        return XDP_ABORTED;
    }
    bpf_ringbuf_submit_dynptr(&pointer, BPF_RB_NO_WAKEUP);
    return XDP_PASS;
}

// What a request asks for: read-only methods pass.
SEC("xdp")
int method(struct xdp_md *ctx)
{
    struct iphdr *ip = packet(ctx) + sizeof(struct ethhdr);
    __u32 offset;
    char word[8] = {};
    struct tcphdr *tcp;

    if ((void *)(ip + 1) > packet_end(ctx))
        return XDP_DROP;
    tcp = (void *)ip + ip->ihl * 4;
    barrier_value(tcp);
    if ((void *)(tcp + 1) > packet_end(ctx))
        return XDP_DROP;
    offset = payload_offset(ip, tcp);
    if (bpf_xdp_load_bytes(ctx, offset, word, 5))
        return XDP_PASS; // no payload, no request
    if (!bpf_strncmp(word, 4, "GET "))
        return XDP_PASS;
    if (!bpf_strncmp(word, 5, "HEAD "))
        return XDP_PASS;
    return bpf_strncmp(word, 5, "POST ") ? XDP_DROP : XDP_TX;
}

static long obey(struct bpf_dynptr *sample, __u32 *obeyed)
{
    struct command command;

    if (bpf_dynptr_read(&command, sizeof(command), sample, 0, 0))
        return 0;
    switch (command.kind) {
    case 0:
        limit += command.value;
        break;
    case 1:
        limit = command.value;
        break;
    default:
        return 0;
    }
    (*obeyed)++;
    return *obeyed >= 16; // the rest waits for the next packet
}

// What the control plane asks for is done before the packet is judged.
SEC("xdp")
int drain(struct xdp_md *ctx)
{
    __u32 obeyed = 0;
    long drained = bpf_user_ringbuf_drain(&commands, obey, &obeyed, 0);

    if (drained < 0)
        return XDP_ABORTED;
    return within(packet_end(ctx) - packet(ctx), limit) ? XDP_PASS : XDP_DROP;
}

// Leaves to `label` once the kernel's patience is at its end. clang 16 has no name for the instruction: opcode 0xe5, offset in slots.
#define may_goto(label) \
    asm volatile goto("1: .byte 0xe5; .byte 0; .long ((%l[" #label "] - 1b - 8) / 8) & 0xffff; .short 0" : : : : label)

// Finds a byte of zero in the packet, without saying how far it may be.
SEC("xdp")
int find_zero(struct xdp_md *ctx)
{
    __u8 *end = packet_end(ctx);
    __u32 offset = search_from;
    __u8 *at;

    for (;;) {
        may_goto(out);
        at = header(ctx, offset, 0xfff, 1);
        if (!at || at >= end)
            return XDP_DROP;
        if (!*at)
            return XDP_PASS;
        offset++;
    }
out:
    return XDP_TX;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
