// Every kind of type that clang 16 writes. Layouts that tests rely on are stated beside them.
typedef unsigned int __u32;
typedef unsigned char __u8;
typedef unsigned long long __u64;

#define SEC(name) __attribute__((section(name), used))

struct key { // 8 bytes
    __u32 prefixlen;
    __u8 addr[4];
};

enum color { RED, GREEN = 5, BLUE = -3 };
enum big { SMALL = 1, HUGE = 0x1234567890abcdefULL };

struct forward;
union forward_union;

struct flags {          // 16 bytes
    int low : 3;        // bits 0..2
    unsigned int mid : 7; // bits 3..9
    _Bool on : 1;       // bit 10
    union {             // byte 4
        __u32 word;
        __u8 bytes[4];
    };
    double ratio; // byte 8
};

struct everything {
    const volatile __u64 counter; // byte 0
    struct key *restrict key;     // byte 8
    enum color color;             // byte 16
    enum big big;                 // byte 24
    struct forward *forward;      // byte 32
    union forward_union *other;   // byte 40
    int (*callback)(struct key *, __u32, ...); // byte 48
    struct flags flags;           // byte 56
    char name[8];                 // byte 72
    int matrix[2][3];             // byte 80
    int __attribute__((btf_type_tag("user"))) * tagged; // byte 104
    struct { short x, y; } point; // byte 112
    __u32 tail[];                 // byte 116
} __attribute__((btf_decl_tag("whole")));

static __u32 count SEC(".data") = 7;
const struct key limit SEC(".rodata") = {24, {10, 0, 0, 0}};
struct everything *all SEC(".bss");

static __attribute__((noinline)) int helper(struct key *key, __u32 by) {
    return key->prefixlen + by;
}

SEC("xdp") int program(struct key *key) {
    count++;
    return helper(key, 1) + (all && all->color == GREEN);
}
