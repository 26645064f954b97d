package io.xdp4j.bpf;

/**
 * A fault that ended runs of a program.
 *
 * @param pc slot of the instruction
 * @param message one line with program, instruction and source line
 * @param count runs that it ended
 */
public record Fault(int pc, String message, long count) {}
