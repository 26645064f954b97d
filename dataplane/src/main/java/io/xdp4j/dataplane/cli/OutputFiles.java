package io.xdp4j.dataplane.cli;

import io.xdp4j.capture.CaptureReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which names are of one file, whatever they look like: through links, {@code .} and {@code ..}, and of files that are not
 * there yet. To be asked before anything is created: an output that is an input, too, would be emptied before it is read.
 */
final class OutputFiles {

    /** Links that follow upon each other, at most, as the kernel follows them. */
    private static final int MAX_LINKS = 40;

    private OutputFiles() {}

    /**
     * Refuses an output that is an input.
     *
     * @param option the output's option, for the message
     * @param what what the input is, for the message
     * @throws IllegalArgumentException if they are one file
     */
    static void requireDifferent(
            final String option, final @Nullable Path output, final String what, final @Nullable Path input) {
        if (output != null && input != null && Files.exists(input) && same(output, input)) {
            throw new IllegalArgumentException("output would be written over an input: " + option + " " + output + ", "
                    + what + "=" + input + " (name another file)");
        }
    }

    /** Whether both names are of one file, be it yet to be made. */
    static boolean same(final Path one, final Path other) {
        if (isStream(one) || isStream(other)) {
            return isStream(one) && isStream(other);
        }
        try {
            if (Files.exists(one) && Files.exists(other)) {
                return Files.isSameFile(one, other);
            }
            return target(one).equals(target(other));
        } catch (final IOException unknown) {
            // whoever opens them will say what is wrong
            return one.toAbsolutePath()
                    .normalize()
                    .equals(other.toAbsolutePath().normalize());
        }
    }

    private static boolean isStream(final Path file) {
        return file.toString().equals(CaptureReader.STANDARD_STREAM);
    }

    /** Where a file would be made: its folder without links, and its name, that of a link's target where it is a link. */
    private static Path target(final Path file) throws IOException {
        Path at = file.toAbsolutePath();
        for (int links = 0; links < MAX_LINKS && Files.isSymbolicLink(at); links++) {
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        final Path folder = at.getParent();
        final Path name = at.getFileName();
        return folder == null || name == null ? at : folder.toRealPath().resolve(name);
    }
}
