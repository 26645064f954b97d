package io.xdp4j.bpf;

/**
 * A function within a program's code.
 *
 * @param name the function's name
 * @param pc its first slot
 * @param length slots
 * @param global whether it has external linkage: the verifier then checks it by itself, from its argument types
 */
public record Subprogram(String name, int pc, int length, boolean global) {}
