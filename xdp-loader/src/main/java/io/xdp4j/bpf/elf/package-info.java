/** ELF as clang writes it for BPF. */
@NullMarked
package io.xdp4j.bpf.elf;

import org.jspecify.annotations.NullMarked;
