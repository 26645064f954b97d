/** The userspace engine: turns parsed objects into programs and maps that live in the JVM. */
@NullMarked
package io.xdp4j.engine;

import org.jspecify.annotations.NullMarked;
