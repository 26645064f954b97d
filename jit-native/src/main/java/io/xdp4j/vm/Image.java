package io.xdp4j.vm;

import io.xdp4j.bpf.ProgramSpec;
import java.util.BitSet;

/**
 * A program as the interpreter runs it: map handles, variable addresses and function addresses are in the code, and the
 * immediate of each call of a helper or kfunc is an index into {@code functions}.
 *
 * @param spec what it was made from
 * @param code instruction slots, structurally sound
 * @param functions what the program calls
 * @param helpers what it may call through a register, by number
 * @param starts slots where its functions start: the only targets of a call through a register
 * @param faults where faults are counted
 */
public record Image(
        ProgramSpec spec, long[] code, HelperSpec[] functions, Helpers helpers, BitSet starts, FaultLog faults) {}
