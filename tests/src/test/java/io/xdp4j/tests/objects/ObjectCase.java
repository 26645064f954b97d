package io.xdp4j.tests.objects;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a {@code .cases} file: a program of an object, a frame, and what Linux made of it.
 *
 * @param line line of the file, from 1
 * @param program the program's name
 * @param frame the packet
 * @param verdict a verdict's name, or the number that the program returns
 * @param after the packet afterwards
 */
record ObjectCase(int line, String program, byte[] frame, String verdict, byte[] after) {

    private static final Pattern FORM = Pattern.compile("(\\S+) ([0-9a-f]+) => (\\S+)(?: ([0-9a-f]+))?");

    /** The cases of a file, in order. */
    static List<ObjectCase> read(final Path file) {
        final List<ObjectCase> cases = new ArrayList<>();
        final List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (final IOException missing) {
            throw new UncheckedIOException(missing);
        }
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            final Matcher parts = FORM.matcher(line);
            if (!parts.matches()) {
                throw new IllegalStateException(file + ", line " + (i + 1) + ": not a case: " + line);
            }
            final byte[] frame = HexFormat.of().parseHex(parts.group(2));
            final byte[] after = parts.group(4) == null ? frame : HexFormat.of().parseHex(parts.group(4));
            cases.add(new ObjectCase(i + 1, parts.group(1), frame, parts.group(3), after));
        }
        return cases;
    }
}
