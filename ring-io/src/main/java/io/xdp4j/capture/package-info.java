/** Capture files: pcap and pcapng, read from mapped memory and written. */
@NullMarked
package io.xdp4j.capture;

import org.jspecify.annotations.NullMarked;
