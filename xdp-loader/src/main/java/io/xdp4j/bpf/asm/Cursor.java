package io.xdp4j.bpf.asm;

import io.xdp4j.bpf.insn.Width;

/** A place in one line of assembly text. Every failure says line and column. */
final class Cursor {

    private static final int QUOTED = 40;

    private final String text;
    private final int line;
    private int at;

    Cursor(final String text, final int line) {
        this.text = text;
        this.line = line;
    }

    /** The text of a line before its comment: {@code ;}, {@code //}, or {@code #} after a blank. */
    static String withoutComment(final String text) {
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == ';'
                    || (c == '/' && text.startsWith("//", i))
                    || (c == '#' && (i == 0 || isBlank(text.charAt(i - 1))))) {
                return text.substring(0, i);
            }
        }
        return text;
    }

    int line() {
        return line;
    }

    /** Index of the next character that is not blank. */
    int position() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    void back(final int position) {
        at = position;
    }

    int column() {
        return position() + 1;
    }

    boolean atEnd() {
        return position() == text.length();
    }

    boolean atDigit() {
        return !atEnd() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    /** Takes {@code token} if it comes next; a token that ends in a letter or digit must be a whole word. */
    boolean accept(final String token) {
        if (!text.startsWith(token, position())) {
            return false;
        }
        final int end = at + token.length();
        if (Names.isPart(token.charAt(token.length() - 1)) && end < text.length() && Names.isPart(text.charAt(end))) {
            return false;
        }
        at = end;
        return true;
    }

    void expect(final String token) {
        if (!accept(token)) {
            throw error("expected " + token + ", found " + found());
        }
    }

    /** The next word: letters, digits, {@code _ . $}; empty if there is none. */
    String word() {
        final int start = position();
        while (at < text.length() && Names.isPart(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    /** A word that may be a label's or a map's name. */
    String name(final String what) {
        final int column = column();
        final String name = word();
        if (name.isEmpty() || Character.isDigit(name.charAt(0)) || Names.looksLikeRegister(name)) {
            throw error(column, "expected " + what + ", found " + (name.isEmpty() ? found() : name));
        }
        return name;
    }

    /** A register as written. */
    record Register(int number, Width width, int column) {

        Register must(final Width wanted, final Cursor cursor) {
            if (width != wanted) {
                throw cursor.error(
                        column,
                        "register has the wrong width: " + width.prefix() + number + " (" + wanted.prefix() + number
                                + " here)");
            }
            return this;
        }
    }

    boolean atRegister() {
        final int start = position();
        final boolean register = Names.looksLikeRegister(word());
        at = start;
        return register;
    }

    Register register() {
        final int column = column();
        final String word = word();
        if (!Names.looksLikeRegister(word)) {
            throw error(column, "expected a register, found " + (word.isEmpty() ? found() : quote(word)));
        }
        final char letter = word.charAt(0);
        final int number = word.length() > 3 ? 99 : Integer.parseInt(word.substring(1));
        if (number > 10 || (word.length() == 3 && number < 10)) {
            throw error(column, "unknown register: " + quote(word) + " (" + letter + "0 to " + letter + "10)");
        }
        return new Register(number, letter == 'w' ? Width.W32 : Width.W64, column);
    }

    /** A whole 64-bit register. */
    int register64() {
        return register().must(Width.W64, this).number();
    }

    /** A number as written: {@code value} holds 64 bits, signed or not. */
    record Literal(long value, boolean hex, int column) {}

    Literal literal() {
        final int column = column();
        final boolean negative = accept("-");
        if (!negative) {
            accept("+");
        }
        final String word = word();
        final boolean hex = word.startsWith("0x") || word.startsWith("0X");
        try {
            final long magnitude =
                    hex ? Long.parseUnsignedLong(word, 2, word.length(), 16) : Long.parseUnsignedLong(word);
            if (negative && magnitude < 0 && magnitude != Long.MIN_VALUE) {
                throw error(column, "number needs more than 64 bits: -" + quote(word));
            }
            return new Literal(negative ? -magnitude : magnitude, hex, column);
        } catch (final NumberFormatException _) {
            throw error(
                    column,
                    word.isEmpty()
                            ? "expected a number, found " + found()
                            : "not a number of at most 64 bits: " + quote(word));
        }
    }

    /**
     * A number for a 32-bit field. Hexadecimal stands for its bits, so 0xffffffff is -1, as bpftool prints it; a decimal
     * above the signed range is taken only where just 32 bits count.
     */
    int imm32(final boolean bitsOnly) {
        final Literal literal = literal();
        final long value = literal.value();
        if (value == (int) value || (value >>> 32 == 0 && (literal.hex() || bitsOnly))) {
            return (int) value;
        }
        throw error(literal.column(), "number needs more than 32 bits: " + value + " (64 bits: r1 = " + value + " ll)");
    }

    /** A number in a range, for fields that are neither. */
    int number(final String what, final long least, final long greatest) {
        final Literal literal = literal();
        if (literal.value() < least || literal.value() > greatest) {
            throw error(
                    literal.column(),
                    what + " out of range: " + literal.value() + " (" + least + " to " + greatest + ")");
        }
        return (int) literal.value();
    }

    /** Skips a symbol in angle brackets, which objdump puts behind a jump. */
    void skipAnnotation() {
        if (accept("<")) {
            final int end = text.indexOf('>', at);
            if (end < 0) {
                throw error("expected >, found end of line");
            }
            at = end + 1;
        }
    }

    void end() {
        if (!atEnd()) {
            throw error("unexpected text: " + quote(text.substring(at)));
        }
    }

    AssemblyException error(final String reason) {
        return error(column(), reason);
    }

    AssemblyException error(final int column, final String reason) {
        return new AssemblyException(line, column, reason);
    }

    String found() {
        return atEnd() ? "end of line" : quote(text.substring(at));
    }

    static String quote(final String text) {
        return Names.printable(text.strip(), QUOTED);
    }

    private static boolean isBlank(final char c) {
        return c == ' ' || c == '\t' || c == '\f' || c == '\u00a0';
    }
}
