// The layouts that programs were compiled against; core-target.c has others under the same names.
#include "core.h"

struct packet {
    u32 length;                // byte 0
    u16 proto;                 // byte 4
    u8 ttl;                    // byte 6
    struct { u32 mark; };      // byte 8
    int queue;                 // byte 12
    void *device;              // byte 16
    u32 hash[4];               // byte 24
    u32 flags_a : 3;           // byte 40, bits 0..2
    u32 flags_b : 9;           // byte 40, bits 3..11
    int delta : 5;             // byte 40, bits 12..16
    u32 gone;                  // byte 44
    u32 small[4];              // byte 48
    struct { u8 x, y; } point; // byte 64
    u32 kind;                  // byte 68
} TARGET;

struct packet___wide {
    u64 length;
} TARGET;

struct tail {
    u32 count;  // byte 0
    u8 bytes[]; // byte 4
} TARGET;

struct nowhere {
    u32 field;
} TARGET;

struct pair { u32 a; u32 b; struct packet *of; };
struct unlike { u32 a; };
struct longer { u32 a; u32 b; };
typedef int (*handler)(struct packet *, u32);
typedef struct { u64 a; } renamed;

enum state { IDLE, BUSY = 3, LOST = 4, FAR___old = 5 };
enum wide { WIDE = 0x1122334455667788ULL };

SEC("core/load_length") u64 load_length(struct packet *p) { return p->length; }
SEC("core/load_ttl") u64 load_ttl(struct packet *p) { return p->ttl; }
SEC("core/load_mark") u64 load_mark(struct packet *p) { return p->mark; }
SEC("core/load_queue") long load_queue(struct packet *p) { return p->queue; }
SEC("core/load_device") void *load_device(struct packet *p) { return p->device; }
SEC("core/load_hash") u64 load_hash(struct packet *p) { return p->hash[3]; }
SEC("core/load_gone") u64 load_gone(struct packet *p) { return p->gone; }
SEC("core/load_small") u64 load_small(struct packet *p) { return p->small[3]; }
SEC("core/load_kind") u64 load_kind(struct packet *p) { return p->kind; }
SEC("core/load_second") u64 load_second(struct packet *p) { return p[1].length; }
SEC("core/load_wide") u64 load_wide(struct packet___wide *p) { return p->length; }
SEC("core/load_tail") u64 load_tail(struct tail *t) { return t->bytes[5]; }
SEC("core/load_nowhere") u64 load_nowhere(struct nowhere *n) { return n->field; }
SEC("core/store_proto") int store_proto(struct packet *p) { p->proto = 7; return 0; }
SEC("core/store_ttl") int store_ttl(struct packet *p, u8 ttl) { p->ttl = ttl; return 0; }

SEC("core/offset_b") u64 offset_b(struct packet *p) { return field_offset(p->flags_b); }
SEC("core/offset_point") u64 offset_point(struct packet *p) { return field_offset(p->point.y); }
SEC("core/offset_gone") u64 offset_gone(struct packet *p) { return field_offset(p->gone); }
SEC("core/size_length") u64 size_length(struct packet *p) { return field_size(p->length); }
SEC("core/size_b") u64 size_b(struct packet *p) { return field_size(p->flags_b); }
SEC("core/size_hash") u64 size_hash(struct packet *p) { return field_size(p->hash); }
SEC("core/size_gone") u64 size_gone(struct packet *p) { return field_size(p->gone); }
SEC("core/exists_mark") u64 exists_mark(struct packet *p) { return field_exists(p->mark); }
SEC("core/exists_gone") u64 exists_gone(struct packet *p) { return field_exists(p->gone); }
SEC("core/exists_nowhere") u64 exists_nowhere(struct nowhere *n) { return field_exists(n->field); }
SEC("core/signed_queue") u64 signed_queue(struct packet *p) { return field_signed(p->queue); }
SEC("core/signed_delta") u64 signed_delta(struct packet *p) { return field_signed(p->delta); }
SEC("core/signed_gone") u64 signed_gone(struct packet *p) { return field_signed(p->gone); }
SEC("core/lshift_a") u64 lshift_a(struct packet *p) { return field_lshift(p->flags_a); }
SEC("core/lshift_b") u64 lshift_b(struct packet *p) { return field_lshift(p->flags_b); }
SEC("core/lshift_length") u64 lshift_length(struct packet *p) { return field_lshift(p->length); }
SEC("core/lshift_gone") u64 lshift_gone(struct packet *p) { return field_lshift(p->gone); }
SEC("core/rshift_a") u64 rshift_a(struct packet *p) { return field_rshift(p->flags_a); }
SEC("core/rshift_b") u64 rshift_b(struct packet *p) { return field_rshift(p->flags_b); }
SEC("core/rshift_gone") u64 rshift_gone(struct packet *p) { return field_rshift(p->gone); }

SEC("core/id_local") u64 id_local(void) { return type_id_local(struct packet); }
SEC("core/id_target") u64 id_target(void) { return type_id_target(struct packet); }
SEC("core/id_target_nowhere") u64 id_target_nowhere(void) { return type_id_target(struct nowhere); }
SEC("core/type_exists") u64 exists(void) { return type_exists(struct packet); }
SEC("core/type_exists_handler") u64 exists_handler(void) { return type_exists(handler); }
SEC("core/type_exists_nowhere") u64 exists_not(void) { return type_exists(struct nowhere); }
SEC("core/type_size") u64 size(void) { return type_size(struct packet); }
SEC("core/type_size_renamed") u64 size_renamed(void) { return type_size(renamed); }
SEC("core/type_size_nowhere") u64 size_not(void) { return type_size(struct nowhere); }
SEC("core/matches_pair") u64 matches_pair(void) { return type_matches(struct pair); }
SEC("core/matches_handler") u64 matches_handler(void) { return type_matches(handler); }
SEC("core/matches_state") u64 matches_state(void) { return type_matches(enum state); }
SEC("core/matches_unlike") u64 matches_unlike(void) { return type_matches(struct unlike); }
SEC("core/matches_longer") u64 matches_longer(void) { return type_matches(struct longer); }
SEC("core/matches_nowhere") u64 matches_nowhere(void) { return type_matches(struct nowhere); }

SEC("core/enum_exists") u64 enum_exists(void) { return enumval_exists(enum state, BUSY); }
SEC("core/enum_exists_lost") u64 enum_exists_lost(void) { return enumval_exists(enum state, LOST); }
SEC("core/enum_value") u64 enum_value(void) { return enumval_value(enum state, BUSY); }
SEC("core/enum_value_flavour") u64 enum_value_flavour(void) { return enumval_value(enum state, FAR___old); }
SEC("core/enum_value_lost") u64 enum_value_lost(void) { return enumval_value(enum state, LOST); }
SEC("core/enum_value_wide") u64 enum_value_wide(void) { return enumval_value(enum wide, WIDE); }
