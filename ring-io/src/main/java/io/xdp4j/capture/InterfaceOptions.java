package io.xdp4j.capture;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The options of an interface description that matter here (draft-ietf-opsawg-pcapng, section 4.2); others are ignored.
 *
 * @param name {@code if_name}, or empty
 * @param ticks {@code if_tsresol} and {@code if_tsoffset}
 * @param fcsLength {@code if_fcslen} in bytes, or 0
 */
record InterfaceOptions(String name, TickScale ticks, int fcsLength) {

    static final int END = 0;
    static final int IF_NAME = 2;
    static final int IF_TSRESOL = 9;
    static final int IF_FCSLEN = 13;
    private static final int IF_TSOFFSET = 14;
    private static final int HEADER_LENGTH = 4;

    /** What is longer is cut: it is only shown. */
    private static final int MAX_NAME_LENGTH = 256;

    /** Reads the options that lie at {@code [from, to)} after the input's next byte. */
    static InterfaceOptions read(final Input in, final ByteOrder order, final int from, final int to) {
        String name = "";
        int resolution = TickScale.MICROS.power();
        long offsetSeconds = 0;
        int fcsLength = 0;
        int at = from;
        while (to - at >= HEADER_LENGTH) {
            final int code = in.u16(at, order);
            final int length = in.u16(at + 2, order);
            if (code == END) {
                break;
            }
            if (length > to - at - HEADER_LENGTH) {
                throw in.error(
                        "option runs past its block",
                        in.offset() + at,
                        "code=" + code + ", length=" + length + " bytes");
            }
            final int value = at + HEADER_LENGTH;
            switch (code) {
                case IF_NAME -> name = text(in, value, length);
                case IF_TSRESOL -> {
                    requireLength(in, at, length, Byte.BYTES);
                    resolution = in.u8(value);
                }
                case IF_FCSLEN -> {
                    requireLength(in, at, length, Byte.BYTES);
                    fcsLength = bytes(in.u8(value));
                }
                case IF_TSOFFSET -> {
                    requireLength(in, at, length, Long.BYTES);
                    offsetSeconds = in.window.getLong(in.index + value, order);
                }
                default -> {
                    // of no use here
                }
            }
            at = value + (length + 3 & ~3);
        }
        return new InterfaceOptions(name, TickScale.of(resolution, offsetSeconds), fcsLength);
    }

    private static void requireLength(final Input in, final int at, final int length, final int needed) {
        if (length != needed) {
            throw in.error(
                    "bad option length", in.offset() + at, "length=" + length + " bytes (must be " + needed + ")");
        }
    }

    private static String text(final Input in, final int at, final int length) {
        final byte[] bytes = new byte[Math.min(length, MAX_NAME_LENGTH)];
        in.window.getBytes(in.index + at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The drafts have counted this option in bits, then in bytes; no check sequence is as long as 16 bytes. */
    private static int bytes(final int fcsLength) {
        return fcsLength >= 16 ? Math.min(fcsLength / Byte.SIZE, 30) : fcsLength;
    }
}
