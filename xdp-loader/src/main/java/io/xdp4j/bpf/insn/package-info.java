/** Instructions: opcodes, packed slots, and the closed sum type over them. */
@NullMarked
package io.xdp4j.bpf.insn;

import org.jspecify.annotations.NullMarked;
