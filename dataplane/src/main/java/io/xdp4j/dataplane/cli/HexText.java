package io.xdp4j.dataplane.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes as hexadecimal text: digits in pairs, with blanks wherever. */
final class HexText {

    /** The longest text that is read: a program of a million instructions. */
    private static final int LIMIT = 32 << 20;

    private HexText() {}

    /** The bytes that a text stands for. */
    static byte[] parse(final String text, final String what) {
        final String digits = text.replaceAll("\\s+", "");
        try {
            return HexFormat.of().parseHex(digits);
        } catch (final IllegalArgumentException notHex) {
            throw new IllegalArgumentException(what + " is not hexadecimal text: " + notHex.getMessage(), notHex);
        }
    }

    /** All of a stream. */
    static byte[] read(final InputStream in, final String what) {
        try {
            final byte[] text = in.readNBytes(LIMIT + 1);
            if (text.length > LIMIT) {
                throw new IllegalArgumentException(what + " is too long: limit=" + LIMIT + " bytes of text");
            }
            return parse(new String(text, StandardCharsets.US_ASCII), what);
        } catch (final IOException unreadable) {
            throw new IllegalArgumentException(
                    "cannot read " + what + ": " + InputFiles.reason(unreadable), unreadable);
        }
    }

    /** Bytes in pairs of digits, eight pairs a line. */
    static String lines(final byte[] bytes) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i++) {
            text.append(i == 0 ? "" : i % 8 == 0 ? System.lineSeparator() : " ")
                    .append(HexFormat.of().toHexDigits(bytes[i]));
        }
        return text.toString();
    }
}
