package io.xdp4j.bpf.elf;

import io.xdp4j.bpf.format.ByteReader;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The names of one string table by offset, each made once however often it is asked for. Names may share their ends, so
 * that a hostile file could ask for far more text than it has bytes: all together have a limit. Of one thread.
 */
final class ElfNames {

    /** Longest name, in bytes. */
    private static final int MAX_NAME_LENGTH = 1023;

    /** Text over bytes of the table; linkers join names that end alike, but well-formed files stay below 2. */
    private static final int MAX_RATIO = 4;

    private final ByteReader strings;
    private final String what;
    private final Int2ObjectHashMap<String> known = new Int2ObjectHashMap<>();
    private long used;

    /**
     * Makes a reader of names.
     *
     * @param what what each of them is, for messages
     */
    ElfNames(final ByteReader strings, final String what) {
        this.strings = strings;
        this.what = what;
    }

    /**
     * The name that starts at an offset.
     *
     * @throws io.xdp4j.bpf.format.ObjectFileException if it is too long, is not terminated, holds a control character, or
     *     is one too many
     */
    String get(final long offset) {
        strings.require(offset, 1, what);
        final String before = known.get((int) offset);
        if (before != null) {
            return before;
        }
        used += length(offset) + 1;
        if (used > (long) MAX_RATIO * strings.length()) {
            throw strings.error(
                    what + "s overlap too much: text=" + used + " bytes, strings=" + strings.length()
                            + " bytes (at most " + MAX_RATIO + " times as much text)",
                    offset);
        }
        final String name = strings.string(offset, what);
        known.put((int) offset, name);
        return name;
    }

    /** Length in bytes of a name that may be shown, without its NUL. */
    private int length(final long offset) {
        final long limit = Math.min(MAX_NAME_LENGTH + 1L, strings.length() - offset);
        for (int at = 0; at < limit; at++) {
            final int next = strings.u8(offset + at, what);
            if (next == 0) {
                return at;
            }
            if (Character.isISOControl(next) && next < 0x80) {
                throw strings.error(what + " holds a control character: character=" + next, offset + at);
            }
        }
        throw strings.error(
                limit > MAX_NAME_LENGTH
                        ? what + " too long (at most " + MAX_NAME_LENGTH + " bytes)"
                        : what + " is not terminated",
                offset);
    }
}
