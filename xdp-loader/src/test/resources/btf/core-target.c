// The layouts that programs meet: those of core-local.c, moved, resized and partly gone.
#include "core.h"

struct packet {
    u64 pad;       // byte 0
    u64 length;    // byte 8: was 4 bytes
    void *device;  // byte 16
    u16 proto;     // byte 24
    u16 ttl;       // byte 26: was 1 byte
    long queue;    // byte 32: was 4 bytes, and has a sign
    union {        // byte 40
        struct {
            u32 other;
            u32 mark; // byte 44
        };
        u64 both;
    };
    u32 hash[8];     // byte 48
    u32 before : 20; // byte 80, bits 0..19
    u32 flags_b : 9; // byte 80, bits 20..28
    u32 flags_a : 6; // byte 84, bits 0..5
    u32 delta : 5;   // byte 84, bits 6..10: lost its sign
    u32 small[2];    // byte 88
    struct { u16 z; u16 x; u16 y; } point; // byte 96: y at 100
    void *kind;      // byte 104: was an integer
}; // 112 bytes

struct tail {
    u64 count;  // byte 0
    u8 more;    // byte 8
    u8 bytes[]; // byte 9
};

struct pair { u64 c; u32 b; struct packet *of; u32 a; };
struct unlike { u64 a; };
struct longer { u32 a; };
typedef int (*handler)(struct packet *, u32);
typedef struct { u64 a; u64 b; u64 c; } renamed;

enum state { IDLE = 10, BUSY = 70000, FAR___new = 80, MORE };
enum wide { WIDE = 0x8877665544332211ULL };

struct packet *packet SEC(".bss");
struct tail *tail SEC(".bss");
struct pair *pair SEC(".bss");
struct unlike *unlike SEC(".bss");
struct longer *longer SEC(".bss");
handler *handlers SEC(".bss");
renamed *names SEC(".bss");
enum state state SEC(".bss");
enum wide wide SEC(".bss");

SEC("xdp") int program(void *context) { return context != 0; }
