/** Measurements, each with what it ran on. Nothing depends on them. */
@NullMarked
package io.xdp4j.perf;

import org.jspecify.annotations.NullMarked;
