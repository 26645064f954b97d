/** Where packets come from and go to: frames in off-heap memory, and the ends of the pipeline. */
@NullMarked
package io.xdp4j.ring;

import org.jspecify.annotations.NullMarked;
