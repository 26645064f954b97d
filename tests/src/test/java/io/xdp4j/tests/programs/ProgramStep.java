package io.xdp4j.tests.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One line of a {@code .cases} file, in the forms that the folder's README gives. */
sealed interface ProgramStep {

    /** Line of the file, from 1. */
    int line();

    /** Puts an entry into a map. */
    record Put(int line, String map, byte[] key, byte[] value) implements ProgramStep {}

    /** Asks for the 64-bit number at an offset of a value, summed over CPUs; -1 where there is no entry. */
    record Count(int line, String map, byte[] key, long count, int offset) implements ProgramStep {}

    /** Runs a program on a frame: the verdict and the frame afterwards are what the kernel had. */
    record Run(int line, String program, byte[] frame, String verdict, byte[] after) implements ProgramStep {}

    /** The steps of a file, in order. */
    static List<ProgramStep> read(final Path file) {
        final List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (final IOException missing) {
            throw new UncheckedIOException(missing);
        }
        final List<ProgramStep> steps = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                steps.add(parse(file, i + 1, line));
            }
        }
        return steps;
    }

    private static ProgramStep parse(final Path file, final int number, final String line) {
        final Matcher put = Form.PUT.matcher(line);
        if (put.matches()) {
            return new Put(number, put.group(1), bytes(put.group(2)), bytes(put.group(3)));
        }
        final Matcher count = Form.COUNT.matcher(line);
        if (count.matches()) {
            final int offset = count.group(4) == null ? 0 : Integer.parseInt(count.group(4));
            return new Count(number, count.group(1), bytes(count.group(2)), Long.parseLong(count.group(3)), offset);
        }
        final Matcher run = Form.RUN.matcher(line);
        if (run.matches()) {
            final byte[] frame = bytes(run.group(2));
            final byte[] after = run.group(4) == null ? frame : bytes(run.group(4));
            return new Run(number, run.group(1), frame, run.group(3), after);
        }
        throw new IllegalStateException(file + ", line " + number + ": not a step: " + line);
    }

    private static byte[] bytes(final String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /** How the lines look. */
    final class Form {

        private static final Pattern PUT = Pattern.compile("map (\\S+) ([0-9a-f]+) = ([0-9a-f]+)");
        private static final Pattern COUNT = Pattern.compile("count (\\S+) ([0-9a-f]+) = (-?\\d+)(?:@(\\d+))?");
        private static final Pattern RUN = Pattern.compile("(\\S+) ([0-9a-f]+) => (\\S+)(?: ([0-9a-f]+))?");

        private Form() {}
    }
}
