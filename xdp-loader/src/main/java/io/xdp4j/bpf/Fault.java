package io.xdp4j.bpf;

/**
 * A fault that ended runs of a program.
 *
 * @param pc slot of the instruction
 * @param message one line with program, instruction and source line
 * @param count runs that it ended
 * @param tooLong whether the program did not end by itself: it used up the instructions that a run may
 *     take, or waited in vain for a lock that was not released
 */
public record Fault(int pc, String message, long count, boolean tooLong) {}
