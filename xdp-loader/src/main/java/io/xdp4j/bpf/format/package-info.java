/** Reading binary files that nobody vouches for. */
@NullMarked
package io.xdp4j.bpf.format;

import org.jspecify.annotations.NullMarked;
