package io.xdp4j.map;

import io.xdp4j.bpf.Program;
import org.jspecify.annotations.Nullable;

/** A map whose slots hold programs to tail call. */
public interface ProgramArray {

    /** The program in a slot (an unsigned index); null if the slot is empty or there is none. Wait-free. */
    @Nullable
    Program program(int index);
}
