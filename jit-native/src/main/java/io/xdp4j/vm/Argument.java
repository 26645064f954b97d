package io.xdp4j.vm;

/**
 * One argument of a prototype.
 *
 * @param type what it has to be
 * @param size bytes, for memory of a fixed size; 0 where the next argument or a map says it
 */
public record Argument(ArgumentType type, int size) {

    /** An argument without a fixed size. */
    public static Argument of(final ArgumentType type) {
        return new Argument(type, 0);
    }
}
