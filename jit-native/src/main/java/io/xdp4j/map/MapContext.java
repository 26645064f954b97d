package io.xdp4j.map;

import io.xdp4j.bpf.Program;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What maps share within one engine.
 *
 * @param cpus workers that per-CPU maps have values for, at least 1
 * @param table the engine's maps
 * @param programs the engine's programs by id; null for an id that is not there
 */
public record MapContext(int cpus, MapTable table, IntFunction<@Nullable Program> programs) {}
