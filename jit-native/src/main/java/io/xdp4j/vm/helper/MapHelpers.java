package io.xdp4j.vm.helper;

import io.xdp4j.map.UserspaceMap;
import io.xdp4j.vm.Execution;
import org.jspecify.annotations.Nullable;

/** Helpers on maps: {@code kernel/bpf/helpers.c}, Linux 6.18. */
final class MapHelpers {

    private MapHelpers() {}

    static long lookup(
            final Execution execution, final long map, final long key, final long r3, final long r4, final long r5) {
        final UserspaceMap target = execution.map(map);
        return target == null ? closed(execution, map) : target.lookup(key, execution.cpu());
    }

    static long lookupPerCpu(
            final Execution execution, final long map, final long key, final long cpu, final long r4, final long r5) {
        final UserspaceMap target = execution.map(map);
        if (target == null) {
            return closed(execution, map);
        }
        return Integer.compareUnsigned((int) cpu, target.cpus()) < 0 ? target.lookup(key, (int) cpu) : 0;
    }

    static long update(
            final Execution execution,
            final long map,
            final long key,
            final long value,
            final long flags,
            final long r5) {
        final UserspaceMap target = writable(execution, map);
        return target == null ? 0 : target.update(key, value, flags, execution.cpu());
    }

    static long delete(
            final Execution execution, final long map, final long key, final long r3, final long r4, final long r5) {
        final UserspaceMap target = writable(execution, map);
        return target == null ? 0 : target.delete(key);
    }

    static long push(
            final Execution execution,
            final long map,
            final long value,
            final long flags,
            final long r4,
            final long r5) {
        final UserspaceMap target = writable(execution, map);
        return target == null ? 0 : target.push(value, flags);
    }

    static long pop(
            final Execution execution, final long map, final long value, final long r3, final long r4, final long r5) {
        final UserspaceMap target = writable(execution, map);
        return target == null ? 0 : target.pop(value);
    }

    static long peek(
            final Execution execution, final long map, final long value, final long r3, final long r4, final long r5) {
        final UserspaceMap target = execution.map(map);
        return target == null ? closed(execution, map) : target.peek(value);
    }

    /** The interpreter handles {@code bpf_tail_call} itself, since it changes the code that runs. */
    static long tailCall(
            final Execution execution, final long r1, final long map, final long index, final long r4, final long r5) {
        return execution.fault("tail call from where the program cannot be replaced", index, 0);
    }

    /** Ends the program: its map was closed between the check of the argument and its use. */
    static long closed(final Execution execution, final long map) {
        return execution.fault("map was closed while a program used it", map, 0);
    }

    /** The map, if the program may change it; else null, and the program ends. */
    static @Nullable UserspaceMap writable(final Execution execution, final long map) {
        final UserspaceMap target = execution.map(map);
        if (target == null) {
            closed(execution, map);
            return null;
        }
        if (!target.writableByProgram()) {
            execution.fault("write into a map that programs may only read (BPF_F_RDONLY_PROG)", map, 0);
            return null;
        }
        return target;
    }
}
