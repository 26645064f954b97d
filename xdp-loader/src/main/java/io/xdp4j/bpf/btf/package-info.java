/** BPF type format: types, line information, CO-RE relocations. */
@NullMarked
package io.xdp4j.bpf.btf;

import org.jspecify.annotations.NullMarked;
