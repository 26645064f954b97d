package io.xdp4j.tests.verifier;

/**
 * What the kernel's verifier said of a program.
 *
 * @param accepted whether it would run the program
 * @param reason last telling line of its log; empty if accepted
 * @param log the whole log
 */
record KernelVerdict(boolean accepted, String reason, String log) {}
