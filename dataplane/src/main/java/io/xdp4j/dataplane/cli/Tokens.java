package io.xdp4j.dataplane.cli;

import java.util.ArrayList;
import java.util.List;

/** Cuts the text of a value at the separators that stand outside of braces, brackets and double quotes. */
final class Tokens {

    /** Braces within braces, at most: deeper than any type that a map has. */
    private static final int MAX_DEPTH = 32;

    private static final int MESSAGE_LIMIT = 100;

    private Tokens() {}

    /** The text, or the beginning of one that is too long for a message. */
    static String shorten(final String text) {
        return text.length() <= MESSAGE_LIMIT ? text : text.substring(0, MESSAGE_LIMIT - 3) + "...";
    }

    /** The fields of {@code {a,b,{c,d}}} or {@code [a,b]}; the text itself where it has no braces. */
    static List<String> fields(final String text) {
        final String trimmed = text.strip();
        if (!isList(trimmed)) {
            return List.of(trimmed);
        }
        final String inner = trimmed.substring(1, trimmed.length() - 1);
        return inner.isBlank() ? List.of() : split(inner, ',');
    }

    /** Whether the text is a list in braces or brackets. */
    static boolean isList(final String text) {
        return text.length() >= 2
                && ((text.startsWith("{") && text.endsWith("}")) || (text.startsWith("[") && text.endsWith("]")));
    }

    /** The parts between separators outside of braces and quotes, stripped. */
    static List<String> split(final String text, final char separator) {
        final List<String> parts = new ArrayList<>();
        int depth = 0;
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            quoted ^= text.charAt(i) == '"';
            depth += quoted ? 0 : step(text, i);
            if (depth == 0 && !quoted && text.charAt(i) == separator) {
                parts.add(text.substring(from, i).strip());
                from = i + 1;
            }
        }
        parts.add(text.substring(from).strip());
        requireClosed(depth, text);
        return parts;
    }

    /** Where the last separator outside of braces and quotes stands, or -1. */
    static int last(final String text, final char separator) {
        int depth = 0;
        boolean quoted = false;
        int found = -1;
        for (int i = 0; i < text.length(); i++) {
            quoted ^= text.charAt(i) == '"';
            depth += quoted ? 0 : step(text, i);
            if (depth == 0 && !quoted && text.charAt(i) == separator) {
                found = i;
            }
            if (depth < 0) {
                break;
            }
            if (depth > MAX_DEPTH) {
                throw new IllegalArgumentException(
                        "braces nested too deep (limit " + MAX_DEPTH + "): " + shorten(text));
            }
        }
        requireClosed(depth, text);
        return found;
    }

    private static void requireClosed(final int depth, final String text) {
        if (depth != 0) {
            throw new IllegalArgumentException("braces do not match: " + shorten(text));
        }
    }

    private static int step(final String text, final int index) {
        return switch (text.charAt(index)) {
            case '{', '[' -> 1;
            case '}', ']' -> -1;
            default -> 0;
        };
    }
}
