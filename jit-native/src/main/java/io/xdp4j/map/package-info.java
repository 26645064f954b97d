/** Maps for programs that run in the JVM: off-heap, concurrent, at stable addresses. */
@NullMarked
package io.xdp4j.map;

import org.jspecify.annotations.NullMarked;
