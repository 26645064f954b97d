package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.bpf.ProgramType;
import io.xdp4j.bpf.Subprogram;
import io.xdp4j.bpf.asm.Assembler;
import io.xdp4j.verifier.Verification;
import io.xdp4j.verifier.Verifier;
import io.xdp4j.vm.helper.HelperTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One message of {@code docs/verifier.md}: a program that causes it and one that is mended.
 *
 * <p>In the page, a heading of the second level names a rule, one of the third an entry. An entry has code blocks: {@code
 * maps} with a map a line, {@code c} with prototypes of global functions, and two of {@code asm}, the rejected program and
 * the mended one; and the message, quoted. Behind {@code asm} stand words that say what else is special:
 * {@code section=xdp/devmap}, {@code type=SCHED_CLS}, {@code budget=100}, {@code global=f} (a global function without a
 * type), {@code relocation=pc} (a CO-RE relocation that the target has no answer to).
 *
 * @param line line of its heading, from 1
 * @param rule label of the rule that it stands under
 */
record PageEntry(
        int line,
        String title,
        String rule,
        String maps,
        String prototypes,
        String words,
        String rejected,
        String message,
        String mendedWords,
        String mended) {

    static final Path PAGE = Path.of("..", "docs", "verifier.md");

    /** Every entry of the page, in order. */
    static List<PageEntry> all() {
        try {
            return parse(Files.readAllLines(PAGE));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<PageEntry> parse(final List<String> lines) {
        final List<PageEntry> entries = new ArrayList<>();
        String rule = "";
        Map<String, String> parts = new LinkedHashMap<>();
        int start = 0;
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i);
            if (line.startsWith("## ") || line.startsWith("### ")) {
                if (start > 0) {
                    entries.add(make(start, rule, parts));
                }
                parts = new LinkedHashMap<>(Map.of("title", line.replaceFirst("#+ ", "")));
                start = line.startsWith("### ") ? i + 1 : 0;
                rule = start == 0 ? line.substring(3).strip() : rule;
            } else if (start > 0 && line.startsWith("> ")) {
                parts.put("message", line.substring(2).strip());
            } else if (start > 0 && line.startsWith("```")) {
                final int end = lines.subList(i + 1, lines.size()).indexOf("```") + i + 1;
                final String[] words = (line.substring(3) + " ").split(" ", 2);
                final String kind = words[0].equals("asm") && parts.containsKey("asm") ? "mended" : words[0];
                parts.put(kind, String.join("\n", lines.subList(i + 1, end)));
                parts.put(kind + " words", words[1].strip());
                i = end;
            }
        }
        if (start > 0) {
            entries.add(make(start, rule, parts));
        }
        return entries;
    }

    private static PageEntry make(final int line, final String rule, final Map<String, String> parts) {
        for (final String wanted : List.of("asm", "message", "mended")) {
            if (!parts.containsKey(wanted)) {
                throw new IllegalArgumentException(PAGE + ":" + line + ": missing: " + wanted);
            }
        }
        return new PageEntry(
                line,
                parts.getOrDefault("title", ""),
                rule,
                parts.getOrDefault("maps", ""),
                parts.getOrDefault("c", ""),
                parts.getOrDefault("asm words", ""),
                parts.getOrDefault("asm", ""),
                parts.getOrDefault("message", ""),
                parts.getOrDefault("mended words", ""),
                parts.getOrDefault("mended", ""));
    }

    Verification verifyRejected() {
        return verify(rejected, words);
    }

    Verification verifyMended() {
        return verify(mended, mendedWords);
    }

    private Verification verify(final String assembly, final String special) {
        final Map<String, String> words = special.isEmpty()
                ? Map.of()
                : List.of(special.split(" ")).stream()
                        .collect(Collectors.toMap(
                                word -> word.substring(0, word.indexOf('=')),
                                word -> word.substring(word.indexOf('=') + 1)));
        final Map<String, MapSpec> specs = maps.lines()
                .map(CaseMaps::parse)
                .collect(Collectors.toMap(MapSpec::name, map -> map, (a, _) -> a, LinkedHashMap::new));
        return Verifier.create()
                .withBudget(Integer.parseInt(words.getOrDefault("budget", "1000000")))
                .check(program(assembly, words), specs, HelperTable.standard());
    }

    private ProgramSpec program(final String assembly, final Map<String, String> words) {
        final ProgramSpec plain = Assembler.assemble(repeated(assembly)).toProgram("main");
        final Prototypes types = Prototypes.of(prototypes);
        final List<Subprogram> functions = plain.subprograms().stream()
                .map(function -> new Subprogram(
                        function.name(),
                        function.pc(),
                        function.length(),
                        types.names().contains(function.name())
                                || function.name().equals(words.get("global"))))
                .toList();
        final TreeMap<Integer, String> poisoned = new TreeMap<>();
        if (words.containsKey("relocation")) {
            poisoned.put(Integer.parseInt(words.get("relocation")), "no such field in the target's types");
        }
        final boolean devmap = words.getOrDefault("section", "xdp").equals("xdp/devmap");
        return new ProgramSpec(
                plain.name(),
                devmap ? "xdp/devmap" : "xdp",
                ProgramType.valueOf(words.getOrDefault("type", "xdp").toUpperCase(Locale.ROOT)),
                devmap ? ProgramSpec.ATTACH_XDP_DEVMAP : ProgramSpec.ATTACH_XDP,
                false,
                plain.license(),
                plain.code(),
                plain.references(),
                functions,
                plain.lines(),
                plain.coreRelocations(),
                poisoned,
                prototypes.isEmpty() && !words.containsKey("global") ? plain.btf() : types.btf());
    }

    /** The text with the lines from {@code repeat n} to {@code end} n times. */
    private static String repeated(final String text) {
        return Pattern.compile("repeat (\\d+)\n(.*?)end\n", Pattern.DOTALL)
                .matcher(text)
                .replaceAll(part -> Matcher.quoteReplacement(part.group(2).repeat(Integer.parseInt(part.group(1)))));
    }

    @Override
    public String toString() {
        return "verifier.md:" + line + " " + title;
    }
}
