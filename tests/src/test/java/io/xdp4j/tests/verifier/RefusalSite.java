package io.xdp4j.tests.verifier;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A place in the verifier's source that refuses a program, and what its message looks like: its own words, with anything
 * between them.
 *
 * @param place file and line
 * @param expression the expression that makes the message
 * @param words how much text of its own the message has; 0 if others give it all
 * @param message matches every message that comes from here
 */
record RefusalSite(String place, String expression, int words, Pattern message) {

    private static final Path SOURCE = Path.of("..", "jit-native", "src", "main", "java", "io", "xdp4j", "verifier");

    private static final Pattern CALL = Pattern.compile("\\b(?:refuse|new Refusal)\\(");

    /** Every such place, in the order of the files. */
    static List<RefusalSite> all() {
        final List<RefusalSite> sites = new ArrayList<>();
        try (Stream<Path> files = Files.list(SOURCE)) {
            for (final Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                sites.addAll(in(file.getFileName().toString(), Files.readString(file)));
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return sites;
    }

    /** Those of one source text. */
    static List<RefusalSite> in(final String file, final String source) {
        final List<RefusalSite> sites = new ArrayList<>();
        final Matcher call = CALL.matcher(source);
        while (call.find()) {
            final List<String> arguments = split(source, call.end(), ',');
            if (arguments.size() == 1 || arguments.getFirst().strip().startsWith("final ")) {
                // another method of the name, or the declaration
                continue;
            }
            final int line = (int) source.substring(0, call.start()).lines().count();
            final String expression = arguments.getLast().strip();
            final List<String> condition = split(expression + ")", 0, '?');
            final List<String> messages = condition.size() == 1 ? condition : split(condition.getLast() + ")", 0, ':');
            messages.forEach(message -> sites.add(site(file + ":" + line, message.strip())));
        }
        return sites;
    }

    private static RefusalSite site(final String place, final String expression) {
        final StringBuilder regex = new StringBuilder();
        int words = 0;
        boolean open = false;
        for (final String part : split(expression + ")", 0, '+')) {
            final String text = part.strip();
            if (text.startsWith("\"") && text.endsWith("\"")) {
                final String literal = text.substring(1, text.length() - 1).translateEscapes();
                words += literal.length();
                regex.append(Pattern.quote(literal));
                open = false;
            } else if (!open) {
                regex.append(".*");
                open = true;
            }
        }
        return new RefusalSite(place, expression, words, Pattern.compile(regex.toString()));
    }

    /** The text from {@code start} to the parenthesis that closes it, cut where {@code separator} stands outside of all. */
    private static List<String> split(final String source, final int start, final char separator) {
        final List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = start;
        for (int at = start; ; at++) {
            final char c = source.charAt(at);
            if (c == '"' || c == '\'') {
                at = endOfLiteral(source, at);
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && depth-- == 0) {
                parts.add(source.substring(from, at));
                return parts;
            } else if (c == separator && depth == 0) {
                parts.add(source.substring(from, at));
                from = at + 1;
            }
        }
    }

    private static int endOfLiteral(final String source, final int start) {
        final char quote = source.charAt(start);
        int at = start + 1;
        while (source.charAt(at) != quote) {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        return at;
    }

    @Override
    public String toString() {
        return place + ": " + expression;
    }
}
