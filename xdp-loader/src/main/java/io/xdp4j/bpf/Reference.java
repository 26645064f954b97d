package io.xdp4j.bpf;

/**
 * What an instruction refers to by name; an engine puts its own address or id there when it loads the program.
 *
 * <p>{@code pc} is the slot of the instruction: the first slot of a two-slot load.
 */
public sealed interface Reference {

    int pc();

    /** A two-slot load of the map itself. */
    record ToMap(int pc, String map) implements Reference {}

    /** A two-slot load of an address inside the first value of an array map: a global variable. */
    record ToMapValue(int pc, String map, int offset) implements Reference {}

    /** A call of a kernel function by name. */
    record ToKfunc(int pc, String name, boolean weak) implements Reference {}

    /** A two-slot load of a kernel variable's address; where it is weak and absent, the address is 0. */
    record ToKsym(int pc, String name, boolean weak) implements Reference {}
}
