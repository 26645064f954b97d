package io.xdp4j.vm;

import org.jspecify.annotations.Nullable;

/** Why a run has to end: its first fault. Reused from run to run by one worker. */
final class RunFault {

    private static final String TOO_LONG = "program ran too long (limit " + Interpreter.BUDGET + " instructions)";

    private @Nullable String reason;
    private @Nullable HelperSpec callee;
    private int argument;
    private boolean counted;
    private boolean tooLong;
    private long address;
    private int size;

    void clear() {
        reason = null;
        callee = null;
        counted = false;
        tooLong = false;
    }

    /** Keeps the first fault: parameters as those of {@link Execution#fault}. */
    void set(final String why, final long at, final int bytes) {
        if (reason == null) {
            reason = why;
            address = at;
            size = bytes;
        }
    }

    /** Argument {@code number} (1 to 5) of a call is not what {@code called} wants. */
    void setArgument(final HelperSpec called, final int number, final long value) {
        if (reason == null) {
            callee = called;
            argument = number;
            set("bad argument", value, 1);
        }
    }

    /** The budget of instructions is used up. */
    void setTooLong() {
        setTooLong(TOO_LONG, 0, 0);
    }

    /** It waited too long: parameters as those of {@link Execution#fault}. */
    void setTooLong(final String why, final long at, final int bytes) {
        tooLong |= reason == null;
        set(why, at, bytes);
    }

    boolean present() {
        return reason != null;
    }

    /** Whether the program would not have ended by itself. */
    boolean tooLong() {
        return tooLong;
    }

    /** Answers whether the fault was counted already, and takes it that it is counted now. */
    boolean counted() {
        final boolean before = counted;
        counted = true;
        return before;
    }

    @Nullable
    String reason() {
        return reason;
    }

    /** The helper that was called with a bad argument, or null. */
    @Nullable
    HelperSpec callee() {
        return callee;
    }

    /** Which argument of {@link #callee} is bad, 1 to 5. */
    int argument() {
        return argument;
    }

    /** The address or number in question. */
    long address() {
        return address;
    }

    /** Bytes at {@link #address}, 0, or {@link FaultLog#PLAIN_NUMBER}. */
    int size() {
        return size;
    }
}
