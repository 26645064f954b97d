package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfLinkage;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.btf.BtfWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the types of a case's global functions, one from each line: {@code sum(ctx, number, memory 8, filled 8)}, or {@code
 * void fill(memory 8)} if it returns nothing. {@code memory} may be null, {@code filled} may not. Pointers to what has no size
 * are {@code nothing} ({@code void *}), {@code opaque} (to a structure that is only declared) and {@code code} (to a
 * function).
 */
final class CaseFunctions {

    private static final Pattern FORM = Pattern.compile("(void )?(\\w+)\\((.*)\\)");

    private final BtfWriter types = BtfWriter.empty();
    private final int number = types.add(new BtfType.Int("int", 4, BtfType.Int.SIGNED, 0, 32));
    private final int octet = types.add(new BtfType.Int("char", 1, 0, 0, 8));
    private final int context = types.add(new BtfType.Ptr(types.add(new BtfType.Struct("xdp_md", 24, List.of()))));
    private final Map<Integer, Integer> memories = new HashMap<>();

    private CaseFunctions() {}

    /** The names of the functions. */
    static Set<String> names(final String text) {
        return Set.copyOf(text.lines().map(line -> match(line).group(2)).toList());
    }

    /** The types of the functions. */
    static Btf types(final String text) {
        final CaseFunctions functions = new CaseFunctions();
        functions.add("main", true, List.of("ctx"));
        text.lines().map(CaseFunctions::match).forEach(line -> {
            final List<String> words = line.group(3).isBlank()
                    ? List.of()
                    : Arrays.asList(line.group(3).strip().split("\\s*,\\s*"));
            functions.add(line.group(2), line.group(1) == null, words);
        });
        return functions.types.toBtf("functions");
    }

    private static Matcher match(final String line) {
        final Matcher parts = FORM.matcher(line.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a function: " + line);
        }
        return parts;
    }

    private void add(final String name, final boolean returns, final List<String> words) {
        final List<BtfType.Param> parameters = new ArrayList<>();
        for (final String word : words) {
            parameters.add(new BtfType.Param("p" + parameters.size(), type(word)));
        }
        final int prototype = types.add(new BtfType.FuncProto(returns ? number : 0, parameters));
        final int function = types.add(new BtfType.Func(name, prototype, BtfLinkage.GLOBAL));
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).startsWith("filled ")) {
                types.add(new BtfType.DeclTag("arg:nonnull", function, i, false));
            }
        }
    }

    private int type(final String word) {
        return switch (word) {
            case "ctx" -> context;
            case "number" -> number;
            case "nothing" -> types.add(new BtfType.Ptr(0));
            case "opaque" -> types.add(new BtfType.Ptr(types.add(new BtfType.Fwd("opaque", false))));
            case "code" -> types.add(new BtfType.Ptr(types.add(new BtfType.FuncProto(number, List.of()))));
            default -> memory(Integer.parseInt(word.substring(word.indexOf(' ') + 1)));
        };
    }

    private int memory(final int size) {
        return memories.computeIfAbsent(size, length -> {
            final int array = types.add(new BtfType.Array(octet, number, length));
            final int struct = types.add(
                    new BtfType.Struct("bytes" + length, length, List.of(new BtfType.Member("bytes", array, 0, 0))));
            return types.add(new BtfType.Ptr(struct));
        });
    }
}
