package io.xdp4j.tests.verifier;

import io.xdp4j.bpf.btf.Btf;
import io.xdp4j.bpf.btf.BtfLinkage;
import io.xdp4j.bpf.btf.BtfType;
import io.xdp4j.bpf.btf.BtfWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Type information for global functions from their prototypes in C. For example {@code int f(struct xdp_md *ctx, int n,
 * __u64 *value);}.
 *
 * @param names the functions
 * @param btf their types
 */
record Prototypes(Set<String> names, Btf btf) {

    private static final Pattern PROTOTYPE = Pattern.compile("(\\w+) (\\w+)\\((.*)\\);");
    private static final Pattern PARAMETER = Pattern.compile("(?:struct )?(\\w+) (\\*?)(\\w+)");

    /** One prototype a line. */
    static Prototypes of(final String text) {
        final BtfWriter types = BtfWriter.empty();
        final Map<String, Integer> known = new HashMap<>();
        known.put("void", 0);
        known.put("int", types.add(new BtfType.Int("int", 4, 1, 0, 32)));
        known.put("__u32", types.add(new BtfType.Int("__u32", 4, 0, 0, 32)));
        known.put("__u64", types.add(new BtfType.Int("__u64", 8, 0, 0, 64)));
        known.put("xdp_md", types.add(new BtfType.Struct("xdp_md", 24, List.of())));
        final Set<String> names = new TreeSet<>();
        text.lines().forEach(line -> {
            final Matcher prototype = PROTOTYPE.matcher(line.strip());
            if (!prototype.matches()) {
                throw new IllegalArgumentException("no prototype: " + line);
            }
            final List<BtfType.Param> parameters = new ArrayList<>();
            final Matcher parameter = PARAMETER.matcher(prototype.group(3));
            while (parameter.find()) {
                final int type = known.getOrDefault(parameter.group(1), 0);
                parameters.add(new BtfType.Param(
                        parameter.group(3), parameter.group(2).isEmpty() ? type : types.add(new BtfType.Ptr(type))));
            }
            final int made = types.add(new BtfType.FuncProto(known.getOrDefault(prototype.group(1), 0), parameters));
            types.add(new BtfType.Func(prototype.group(2), made, BtfLinkage.GLOBAL));
            names.add(prototype.group(2));
        });
        return new Prototypes(names, types.toBtf("prototypes"));
    }
}
