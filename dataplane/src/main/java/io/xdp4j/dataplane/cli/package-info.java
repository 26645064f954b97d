/** The {@code xdp4j} command. */
@NullMarked
package io.xdp4j.dataplane.cli;

import org.jspecify.annotations.NullMarked;
