/** Parsed objects and their specs, and the interfaces that every engine offers. */
@NullMarked
package io.xdp4j.bpf;

import org.jspecify.annotations.NullMarked;
