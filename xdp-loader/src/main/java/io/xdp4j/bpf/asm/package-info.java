/** Assembler and disassembler in the syntax of LLVM and bpftool. */
@NullMarked
package io.xdp4j.bpf.asm;

import org.jspecify.annotations.NullMarked;
