package io.xdp4j.vm;

/**
 * Looks on while the interpreter runs a program, instruction by instruction: for tests, coverage and stepping. Called on the
 * worker's thread.
 */
@FunctionalInterface
public interface InsnObserver {

    /**
     * An instruction is about to run.
     *
     * @param execution what the worker has
     * @param image the program that it belongs to
     * @param pc its slot
     * @param frame calls that it is nested in: 0 in the program itself
     * @param registers r0 to r10, the interpreter's own: to be read only, and only during the call
     */
    void before(Execution execution, Image image, int pc, int frame, long[] registers);
}
