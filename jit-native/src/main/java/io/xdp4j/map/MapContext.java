package io.xdp4j.map;

import io.xdp4j.bpf.Program;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What maps share within one engine.
 *
 * @param cpus workers that per-CPU maps have values for, at least 1
 * @param table the engine's maps
 * @param programs the engine's programs by id; null for an id that is not there
 * @param repeatable whether what programs see of hashing (the order of entries, a bloom filter's errors) is to be the same in
 *     every engine; else seeds are random, so that nobody can choose keys that collide
 */
public record MapContext(int cpus, MapTable table, IntFunction<@Nullable Program> programs, boolean repeatable) {

    /** Where a map takes its hash's seeds from. */
    RandomGenerator seeds() {
        return repeatable ? new SplittableRandom(1) : ThreadLocalRandom.current();
    }
}
