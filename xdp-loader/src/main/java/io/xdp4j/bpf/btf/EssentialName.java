package io.xdp4j.bpf.btf;

/**
 * The name of a type without its flavour: {@code task_struct} of {@code task_struct___v5}. Flavours let a program
 * declare several layouts of one kernel type.
 */
final class EssentialName {

    private EssentialName() {}

    /** Cuts at the last {@code ___} that stands between two other characters. */
    static String of(final String name) {
        for (int at = name.length() - 5; at >= 0; at--) {
            if (name.startsWith("___", at + 1) && name.charAt(at) != '_' && name.charAt(at + 4) != '_') {
                return name.substring(0, at + 1);
            }
        }
        return name;
    }
}
