package io.xdp4j.tests.corpus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Reads corpus files: text files of cases, each made of sections.
 *
 * <pre>
 *   -- name add64 imm: negative immediate       starts a case
 *   -- mem 00 01 02 ff                          bytes at r1, hexadecimal; may be left out
 *   -- asm                                      instructions on the lines that follow
 *   -- result 0xfffffffffffffffe                r0 at the end, hexadecimal
 *   -- error pc=0: unknown opcode: opcode=0xff  instead of a result
 * </pre>
 *
 * <p>What a section says may stand behind its keyword or on the lines below it. Lines before the first case are a
 * comment.
 */
public final class Corpus {

    private static final String MARK = "-- ";

    private Corpus() {}

    /** Every case of every file in the resource folder {@code corpus}. */
    public static List<CorpusCase> load() {
        try (Stream<Path> files =
                Files.list(Path.of(Objects.requireNonNull(Corpus.class.getResource("/corpus"), "no corpus folder")
                        .toURI()))) {
            final List<CorpusCase> cases = new ArrayList<>();
            for (final Path file : files.filter(path -> path.toString().endsWith(".txt"))
                    .sorted()
                    .toList()) {
                cases.addAll(parse(Objects.requireNonNull(file.getFileName()).toString(), Files.readString(file)));
            }
            return cases;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<CorpusCase> parse(final String file, final String text) {
        final List<CorpusCase> cases = new ArrayList<>();
        final List<String> lines = text.lines().toList();
        Map<String, StringBuilder> sections = new LinkedHashMap<>();
        StringBuilder section = new StringBuilder();
        int start = 0;
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i);
            if (!line.startsWith(MARK)) {
                section.append(line).append('\n');
                continue;
            }
            final String[] words = line.substring(MARK.length()).split(" ", 2);
            if (words[0].equals("name")) {
                if (start > 0) {
                    cases.add(make(file, start, sections));
                }
                sections = new LinkedHashMap<>();
                start = i + 1;
            }
            section = new StringBuilder(words.length == 1 ? "" : words[1] + "\n");
            if (start == 0 || sections.put(words[0], section) != null) {
                throw new IllegalArgumentException(file + ":" + (i + 1) + ": section twice or outside a case: " + line);
            }
        }
        cases.add(make(file, start, sections));
        return cases;
    }

    private static CorpusCase make(final String file, final int line, final Map<String, StringBuilder> sections) {
        final Map<String, String> left = new LinkedHashMap<>();
        sections.forEach((name, text) -> left.put(name, text.toString().strip()));
        final Optional<String> name = Optional.ofNullable(left.remove("name"));
        final Optional<String> asm = Optional.ofNullable(left.remove("asm"));
        final Optional<byte[]> memory = Optional.ofNullable(left.remove("mem"))
                .map(hex -> HexFormat.of().parseHex(hex.replaceAll("\\s", "")));
        final Optional<String> result = Optional.ofNullable(left.remove("result"));
        final Optional<String> error = Optional.ofNullable(left.remove("error"));
        if (name.isEmpty() || asm.isEmpty() || result.isPresent() == error.isPresent() || !left.isEmpty()) {
            throw new IllegalArgumentException(
                    file + ":" + line + ": a case has name, asm, and either result or error; left over: " + left);
        }
        final OptionalLong r0 = result.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseUnsignedLong(result.get().replaceFirst("^0x", ""), 16));
        return new CorpusCase(file, line, name.get(), asm.get(), memory, r0, error);
    }
}
