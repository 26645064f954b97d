/**
 * The verifier: follows every path of a program and proves that it touches only what it may, and that it ends.
 *
 * <p>It explores as the kernel's does ({@code kernel/bpf/verifier.c}, Linux 6.18): a state for each path, pruned where a
 * state is included in one that has been explored, with liveness and precision marks to make inclusion frequent.
 */
@NullMarked
package io.xdp4j.verifier;

import org.jspecify.annotations.NullMarked;
