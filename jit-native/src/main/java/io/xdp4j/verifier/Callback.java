package io.xdp4j.verifier;

/**
 * What calls a function of the program's back.
 *
 * @param name the helper's
 * @param least the least number that it may return
 * @param most the greatest
 * @param later whether it runs on its own, after the program: a timer's
 */
record Callback(String name, long least, long most, boolean later) {}
