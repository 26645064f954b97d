package io.xdp4j.bpf;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Turns a key or value into bytes and back. Codecs hold no state: one serves any number of threads.
 *
 * @param <T> the Java type
 */
public interface Codec<T> {

    /** Bytes that an encoded value takes; the map's key or value size has to be the same. */
    int length();

    /** Writes {@link #length()} bytes. */
    void encode(T value, MutableDirectBuffer buffer, int offset);

    /** Reads {@link #length()} bytes. */
    T decode(DirectBuffer buffer, int offset);
}
