package io.xdp4j.bpf.btf;

import org.agrona.DirectBuffer;

/** Prints values of C types on one line: {@code {prefixlen: 24, addr: [10, 0, 0, 0], name: "lan"}}. */
public final class BtfValueFormatter implements BtfValueVisitor {

    private final StringBuilder out = new StringBuilder();
    /** Whether a comma has to come before the next value or name. */
    private boolean separated = true;

    private BtfValueFormatter() {}

    /**
     * The value as text; parameters and errors as those of {@link BtfValueReader#read}.
     */
    public static String format(
            final Btf btf, final int id, final DirectBuffer bytes, final int offset, final int length) {
        final BtfValueFormatter formatter = new BtfValueFormatter();
        BtfValueReader.read(btf, id, bytes, offset, length, formatter);
        return formatter.out.toString();
    }

    private StringBuilder next() {
        if (!separated) {
            out.append(", ");
        }
        separated = false;
        return out;
    }

    @Override
    public void beginObject() {
        next().append('{');
        separated = true;
    }

    @Override
    public void name(final String name) {
        next().append(name).append(": ");
        separated = true;
    }

    @Override
    public void endObject() {
        out.append('}');
        separated = false;
    }

    @Override
    public void beginArray() {
        next().append('[');
        separated = true;
    }

    @Override
    public void endArray() {
        out.append(']');
        separated = false;
    }

    @Override
    public void number(final long value) {
        next().append(value);
    }

    @Override
    public void unsigned(final long value) {
        next().append(Long.toUnsignedString(value));
    }

    @Override
    public void number(final double value) {
        next().append(value);
    }

    @Override
    public void bool(final boolean value) {
        next().append(value);
    }

    @Override
    public void text(final String value) {
        next().append('"')
                .append(value.replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
    }

    @Override
    public void symbol(final String value) {
        next().append(value);
    }
}
