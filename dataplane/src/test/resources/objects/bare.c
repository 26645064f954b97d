// What the bpf_conformance runner hands a plug-in with --elf: a function main in .text that takes a memory and its length.
// build: bare.o -ffreestanding -g0

static __attribute__((noinline)) unsigned long sum(const unsigned char *bytes, unsigned long length) {
    unsigned long total = 0;
    for (unsigned long i = 0; i < length && i < 64; i++) {
        total += bytes[i];
    }
    return total;
}

unsigned long main(const unsigned char *memory, unsigned long length) {
    return sum(memory, length) << 32 | length;
}
