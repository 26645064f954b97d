package io.xdp4j.dataplane.cli;

import io.xdp4j.bpf.ProgramSpec;
import io.xdp4j.verifier.Verification;
import org.jspecify.annotations.Nullable;

/**
 * A program of a file, and what the verifier says of it.
 *
 * @param file the file's name as the user gave it
 * @param spec the program
 * @param verification the answer; null if it is no XDP program
 */
record VerifiedProgram(
        String file, ProgramSpec spec, @Nullable Verification verification) {}
