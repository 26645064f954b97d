// What programs write for CO-RE, in the compiler's own words; each function stands in a section of its own.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define TARGET __attribute__((preserve_access_index))

#define field_offset(field) __builtin_preserve_field_info(field, 0)
#define field_size(field) __builtin_preserve_field_info(field, 1)
#define field_exists(field) __builtin_preserve_field_info(field, 2)
#define field_signed(field) __builtin_preserve_field_info(field, 3)
#define field_lshift(field) __builtin_preserve_field_info(field, 4)
#define field_rshift(field) __builtin_preserve_field_info(field, 5)
#define type_id_local(type) __builtin_btf_type_id(*(typeof(type) *)0, 0)
#define type_id_target(type) __builtin_btf_type_id(*(typeof(type) *)0, 1)
#define type_exists(type) __builtin_preserve_type_info(*(typeof(type) *)0, 0)
#define type_size(type) __builtin_preserve_type_info(*(typeof(type) *)0, 1)
#define type_matches(type) __builtin_preserve_type_info(*(typeof(type) *)0, 2)
#define enumval_exists(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 0)
#define enumval_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 1)
