package io.xdp4j.bpf.btf;

/**
 * Takes a value of a C type piece by piece, in the shape of JSON: structs and unions are objects, in which members
 * without a name have been opened up; arrays are arrays, but arrays of {@code char} that hold text are strings.
 */
public interface BtfValueVisitor {

    void beginObject();

    /** Name of the value that comes next. */
    void name(String name);

    void endObject();

    void beginArray();

    void endArray();

    /** Number of up to 64 bits, signed. */
    void number(long value);

    /** Number of 64 bits that is not below 2^63. */
    void unsigned(long value);

    void number(double value);

    void bool(boolean value);

    /** Characters of an array of {@code char}. */
    void text(String value);

    /** Name of an enumerator, or a pointer or large integer in hexadecimal. */
    void symbol(String value);
}
