package io.xdp4j.bpf.btf;

import org.agrona.collections.Int2ObjectHashMap;

/**
 * Strings by offset, each made once, with a limit on all together: strings may share their ends, so that a hostile file
 * could ask for far more text than it has bytes.
 */
final class StringBudget {

    /** Text over strings in the file; well-formed files, in which no two strings overlap much, stay below 2. */
    static final int MAX_RATIO = 16;

    private final Btf btf;
    private final Int2ObjectHashMap<String> known = new Int2ObjectHashMap<>();
    private final long limit;
    private long used;

    StringBudget(final Btf btf) {
        this.btf = btf;
        this.limit = (long) MAX_RATIO * btf.stringsEnd();
    }

    String get(final int offset) {
        final String before = known.get(offset);
        if (before != null) {
            return before;
        }
        final String string = btf.string(offset);
        used += string.length() + 1;
        if (used > limit) {
            throw btf.error(
                    "BTF strings overlap too much: text=" + used + " bytes, strings=" + btf.stringsEnd() + " bytes", 0);
        }
        known.put(offset, string);
        return string;
    }
}
