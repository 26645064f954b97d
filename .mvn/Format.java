import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Formats every Java file below a folder ({@code apply}), or names those that are not as the formatter would have them
 * and fails ({@code check}). palantir-java-format reads Java with the compiler of the JVM that it runs in, so this runs in
 * the build's JDK, not in Maven's. Files that were good last time and have not changed since are not read again.
 */
final class Format {

    private Format() {}

    public static void main(final String[] args) throws Exception {
        final boolean apply = args[0].equals("apply");
        final Path root = Path.of(args[1]);
        final Path memory = root.resolve("target/formatted.txt");
        final Set<String> known = Files.exists(memory) ? Set.copyOf(Files.readAllLines(memory)) : Set.of();
        final List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !root.relativize(path).toString().contains("target/"))
                    .toList();
        }
        final List<Path> changed =
                files.stream().filter(file -> !known.contains(state(file))).toList();
        final List<Path> wrong = changed.isEmpty() ? List.of() : format(changed, apply);
        Files.createDirectories(memory.getParent());
        Files.write(
                memory,
                files.stream()
                        .filter(file -> apply || !wrong.contains(file))
                        .map(Format::state)
                        .toList());
        if (!wrong.isEmpty() && !apply) {
            wrong.forEach(file -> System.err.println("not formatted: " + root.relativize(file)));
            System.err.println("run: mvn -N process-sources -Pformat");
            System.exit(1);
        }
    }

    private static String state(final Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis() + " " + Files.size(file) + " " + file;
        } catch (final IOException vanished) {
            return file.toString();
        }
    }

    private static List<Path> format(final List<Path> files, final boolean apply) {
        final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());
        return files.parallelStream()
                .filter(file -> !format(formatter, file, apply))
                .toList();
    }

    private static boolean format(final Formatter formatter, final Path file, final boolean apply) {
        try {
            final String before = Files.readString(file);
            final String after = formatter.formatSourceAndFixImports(before);
            if (before.equals(after)) {
                return true;
            }
            if (apply) {
                Files.writeString(file, after);
            }
            return false;
        } catch (final IOException | FormatterException e) {
            System.err.println(file + ": " + e.getMessage());
            return false;
        }
    }
}
