package io.xdp4j.bpf;

/**
 * A fault that ended runs of a program.
 *
 * @param pc slot of the instruction
 * @param message one line with program, instruction and source line
 * @param count runs that it ended
 * @param tooLong whether the program did not end by itself: it used up the jumps and calls that a run may make
 */
public record Fault(int pc, String message, long count, boolean tooLong) {}
