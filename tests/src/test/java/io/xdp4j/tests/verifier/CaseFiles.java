package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.MapSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads the verifier's case files: text files of cases, each made of sections.
 *
 * <pre>
 *   ## load-behind-the-proved-range      starts a case, named after its rule
 *   -- maps                              a map a line, see {@link CaseMaps}; may be left out
 *   -- asm                               instructions on the lines that follow
 *   -- functions                         types of global functions, see {@link CaseFunctions}; may be left out
 *   -- flags frags                       a program for multi-buffer packets; may be left out
 *   -- verdict reject                    or accept
 *   -- kernel accept                     where Linux says otherwise
 *   -- why                               then the reason
 *   -- message packet byte 14..17        what our rejection contains
 * </pre>
 *
 * <p>What a section says may stand behind its keyword or on the lines below it. Lines before the first case are a
 * comment.
 */
final class CaseFiles {

    private static final Path FOLDER = Path.of("src", "test", "resources", "verifier");

    private CaseFiles() {}

    /** Every case of every file, in order. */
    static List<VerifierCase> load() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            final List<VerifierCase> cases = new ArrayList<>();
            for (final Path file : files.filter(path -> path.toString().endsWith(".txt"))
                    .sorted()
                    .toList()) {
                cases.addAll(parse(file.getFileName().toString(), Files.readString(file)));
            }
            final Set<String> names = new HashSet<>();
            cases.stream().filter(each -> !names.add(each.name())).forEach(each -> {
                throw new IllegalArgumentException("case twice: " + each);
            });
            return cases;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<VerifierCase> parse(final String file, final String text) {
        final List<VerifierCase> cases = new ArrayList<>();
        final List<String> lines = text.lines().toList();
        Map<String, StringBuilder> sections = new LinkedHashMap<>();
        StringBuilder section = new StringBuilder();
        int start = 0;
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i);
            final boolean begins = line.startsWith("## ");
            if (!begins && !line.startsWith("-- ")) {
                section.append(line).append('\n');
                continue;
            }
            if (begins && start > 0) {
                cases.add(make(file, start, sections));
            }
            if (begins) {
                sections = new LinkedHashMap<>();
                start = i + 1;
            }
            final String[] words =
                    (begins ? "name " : "").concat(line.substring(3)).split(" ", 2);
            section = new StringBuilder(words.length == 1 ? "" : words[1] + "\n");
            if (start == 0 || sections.put(words[0], section) != null) {
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": section twice or outside a case: " + line);
            }
        }
        if (start > 0) {
            cases.add(make(file, start, sections));
        }
        return cases;
    }

    private static VerifierCase make(final String file, final int line, final Map<String, StringBuilder> sections) {
        final Map<String, String> left = new LinkedHashMap<>();
        sections.forEach((name, text) -> left.put(name, text.toString().strip()));
        final String where = file + ":" + line + ": ";
        final String name = required(where, left, "name");
        final String asm = required(where, left, "asm");
        final boolean accepted = accepts(where, required(where, left, "verdict"));
        final Optional<String> kernel = Optional.ofNullable(left.remove("kernel"));
        final Optional<String> why = Optional.ofNullable(left.remove("why"));
        final Optional<String> message = Optional.ofNullable(left.remove("message"));
        final Optional<String> functions = Optional.ofNullable(left.remove("functions"));
        final Optional<String> flags = Optional.ofNullable(left.remove("flags"));
        final Map<String, MapSpec> maps = new LinkedHashMap<>();
        Optional.ofNullable(left.remove("maps"))
                .ifPresent(text -> text.lines().map(CaseMaps::parse).forEach(map -> maps.put(map.name(), map)));
        if (!left.isEmpty() || flags.stream().anyMatch(flag -> !flag.equals("frags"))) {
            throw new IllegalArgumentException(where + "unknown: sections=" + left.keySet() + ", flags=" + flags);
        }
        if (kernel.isPresent() != why.isPresent()) {
            throw new IllegalArgumentException(where + "a difference has both kernel and why");
        }
        if (accepted && message.isPresent()) {
            throw new IllegalArgumentException(where + "message of an accepted program");
        }
        final boolean kernelAccepts = kernel.map(word -> accepts(where, word)).orElse(accepted);
        return new VerifierCase(
                file, line, name, maps, asm, functions.orElse(""), flags.isPresent(), accepted, kernelAccepts, message);
    }

    private static String required(final String where, final Map<String, String> sections, final String name) {
        final String text = sections.remove(name);
        if (text == null) {
            throw new IllegalArgumentException(where + "section missing: " + name);
        }
        return text;
    }

    private static boolean accepts(final String where, final String word) {
        return switch (word) {
            case "accept" -> true;
            case "reject" -> false;
            default -> throw new IllegalArgumentException(where + "neither accept nor reject: " + word);
        };
    }
}
