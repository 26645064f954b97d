package io.xdp4j.bpf.btf;

/** Prints types as C. */
public final class BtfFormatter {

    private BtfFormatter() {}

    /** Kind and name for messages, such as {@code struct key}, {@code typedef u32}, {@code ptr}. */
    static String describe(final Btf btf, final int id) {
        final BtfKind kind = btf.kind(id);
        final String name = btf.name(id);
        final String word = kind.name().toLowerCase(java.util.Locale.ROOT);
        return name.isEmpty() ? word : word + " " + name;
    }
}
