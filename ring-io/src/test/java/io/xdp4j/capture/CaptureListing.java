package io.xdp4j.capture;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** What a reader says of each packet, a line each, as tshark prints it; after an error its message. */
final class CaptureListing {

    private CaptureListing() {}

    /** A window so small that it slides all the time. */
    static final int SMALL_WINDOW = 256;

    static List<String> ofMapped(final Path file) {
        try (CaptureReader reader = CaptureReader.open(file, SMALL_WINDOW)) {
            return ofRest(reader);
        } catch (final CaptureException failure) {
            return List.of(message(failure));
        }
    }

    static List<String> ofStream(final byte[] bytes, final String name) {
        try (CaptureReader reader = CaptureReader.of(new ByteArrayInputStream(bytes), name)) {
            return ofRest(reader);
        } catch (final CaptureException failure) {
            return List.of(message(failure));
        }
    }

    static List<String> ofRest(final CaptureReader reader) {
        final List<String> lines = new ArrayList<>();
        try {
            while (reader.advance()) {
                lines.add(line(reader));
            }
        } catch (final CaptureException failure) {
            lines.add(message(failure));
        }
        return lines;
    }

    private static String line(final CaptureReader reader) {
        final byte[] bytes = new byte[reader.capturedLength()];
        reader.packet().getBytes(0, bytes);
        final long ns = reader.timestampNs();
        final String time = ns == 0
                ? ""
                : String.format(
                        Locale.ROOT, "%d.%09d", Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L));
        return time + "\t" + reader.originalLength() + "\t" + reader.capturedLength() + "\t" + md5(bytes);
    }

    private static String message(final CaptureException failure) {
        return String.valueOf(failure.getMessage());
    }

    private static String md5(final byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (final NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
