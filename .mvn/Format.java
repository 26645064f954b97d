import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Formats every Java file below a folder ({@code apply}), or names those that are not as the formatter would have them
 * and fails ({@code check}). palantir-java-format reads Java with the compiler of the JVM that it runs in, so this runs in
 * the build's JDK, not in Maven's.
 */
final class Format {

    private Format() {}

    public static void main(final String[] args) throws Exception {
        final boolean apply = args[0].equals("apply");
        final Path root = Path.of(args[1]);
        final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());
        final List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !root.relativize(path).toString().contains("target/"))
                    .toList();
        }
        final List<Path> wrong = files.parallelStream()
                .filter(file -> !format(formatter, file, apply))
                .toList();
        if (!wrong.isEmpty() && !apply) {
            wrong.forEach(file -> System.err.println("not formatted: " + root.relativize(file)));
            System.err.println("run: mvn -N process-sources -Pformat");
            System.exit(1);
        }
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
        } catch (final IOException | com.palantir.javaformat.java.FormatterException e) {
            System.err.println(file + ": " + e.getMessage());
            return false;
        }
    }
}
