package io.xdp4j.bpf.asm;

/** What names look like in assembly text, so that a listing can be read back. */
final class Names {

    /** Longer names are cut, so that a hostile object file cannot fill a terminal. */
    private static final int MAX_LENGTH = 128;

    private Names() {}

    /** Letters, digits, {@code _ . $}: what a label or reference is made of. */
    static boolean isPart(final char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '.'
                || c == '$';
    }

    static boolean looksLikeRegister(final String name) {
        if (name.length() < 2 || (name.charAt(0) != 'r' && name.charAt(0) != 'w')) {
            return false;
        }
        for (int i = 1; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** The name with every foreign character replaced, and no register or number. */
    static String safe(final String name) {
        final StringBuilder safe = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), MAX_LENGTH); i++) {
            safe.append(isPart(name.charAt(i)) ? name.charAt(i) : '_');
        }
        if (safe.isEmpty() || Character.isDigit(safe.charAt(0))) {
            safe.insert(0, '_');
        }
        return looksLikeRegister(safe.toString()) ? "_" + safe : safe.toString();
    }

    /** Foreign text on one line, for comments and messages: no control characters, at most {@code limit} characters. */
    static String printable(final String text, final int limit) {
        final StringBuilder safe = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), limit); i++) {
            final char c = text.charAt(i);
            safe.append(Character.isISOControl(c) ? ' ' : c);
        }
        return text.length() > limit ? safe + "..." : safe.toString();
    }
}
