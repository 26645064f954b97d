package io.xdp4j.bpf;

/** Keys of maps that are arrays: a 32-bit index, little-endian. */
final class SlotKey {

    private SlotKey() {}

    static byte[] of(final int index) {
        return new byte[] {(byte) index, (byte) (index >> 8), (byte) (index >> 16), (byte) (index >> 24)};
    }
}
