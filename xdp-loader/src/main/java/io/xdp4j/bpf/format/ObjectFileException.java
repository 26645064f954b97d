package io.xdp4j.bpf.format;

import org.jspecify.annotations.Nullable;

/**
 * An object file, or the type information in one, is not what it has to be. The message is one line that names file,
 * section and offset.
 */
public final class ObjectFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String file;
    private final @Nullable String section;
    private final long offset;

    /**
     * Makes the exception.
     *
     * @param reason what is wrong, and what to do, lower case, no full stop
     * @param file file name as the user gave it
     * @param section section name, or null where the fault is in no section
     * @param offset bytes from the start of the section (of the file, where there is none), or -1 if unknown
     */
    public ObjectFileException(
            final String reason, final String file, final @Nullable String section, final long offset) {
        super(printable(reason + ": file=" + file + (section == null ? "" : ", section=" + section)
                + (offset < 0 ? "" : ", offset=" + offset)));
        this.file = file;
        this.section = section;
        this.offset = offset;
    }

    /** Names come from the file: nothing in them may break the line or steer a terminal. */
    private static String printable(final String message) {
        if (message.chars().noneMatch(Character::isISOControl)) {
            return message;
        }
        final StringBuilder text = new StringBuilder();
        message.chars().forEach(character -> {
            if (Character.isISOControl(character)) {
                text.append("\\x%02x".formatted(character));
            } else {
                text.append((char) character);
            }
        });
        return text.toString();
    }

    public String file() {
        return file;
    }

    public @Nullable String section() {
        return section;
    }

    /** Bytes from the start of the section (or file), or -1 if unknown. */
    public long offset() {
        return offset;
    }
}
