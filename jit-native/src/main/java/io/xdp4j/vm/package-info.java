/** The machine that runs programs in the JVM: engine, interpreter, what a program can call. */
@NullMarked
package io.xdp4j.vm;

import org.jspecify.annotations.NullMarked;
