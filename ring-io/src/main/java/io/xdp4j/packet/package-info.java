/** Bursts of packets: where frames lie in memory, what the program said of them. */
@NullMarked
package io.xdp4j.packet;

import org.jspecify.annotations.NullMarked;
