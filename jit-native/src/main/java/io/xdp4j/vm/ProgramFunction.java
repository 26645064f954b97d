package io.xdp4j.vm;

/** A function of a program's that can be called later, outside any packet, by another thread: a timer's callback. */
@FunctionalInterface
public interface ProgramFunction {

    /**
     * Calls the function.
     *
     * @param execution the calling thread's own, with {@link Execution#beginWithoutPacket} called; a fault is
     *     recorded with the program and ends the call
     * @return what it left in r0; meaningless if {@code execution} is {@link Execution#faulted()} afterwards
     */
    long call(Execution execution, long r1, long r2, long r3);
}
