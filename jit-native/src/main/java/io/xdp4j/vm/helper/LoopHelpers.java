package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.map.EntryWalk;
import io.xdp4j.map.UserspaceMap;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/** Helpers and kfuncs that repeat: {@code kernel/bpf/bpf_iter.c}, {@code kernel/bpf/helpers.c}, Linux 6.18. */
final class LoopHelpers {

    /** {@code BPF_MAX_LOOPS}. */
    private static final int MAX_LOOPS = 1 << 23;

    private LoopHelpers() {}

    static long loop(
            final Execution execution,
            final long count,
            final long function,
            final long context,
            final long flags,
            final long r5) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        if (Long.compareUnsigned(count, MAX_LOOPS) > 0) {
            // The kernel's verifier puts the loop in place of the call, and this answer in 32 bits.
            return Integer.toUnsignedLong(Errno.E2BIG.negative());
        }
        for (long i = 0; i < count; i++) {
            final long answer = execution.call(function, i, context, 0, 0, 0);
            if (execution.faulted()) {
                return 0;
            }
            if (answer != 0) {
                return i + 1;
            }
        }
        return count;
    }

    /**
     * Calls the function with map, key, value and context for every entry, in the order of {@link EntryWalk}. The key is a
     * copy.
     */
    static long forEach(
            final Execution execution,
            final long map,
            final long function,
            final long context,
            final long flags,
            final long r5) {
        final UserspaceMap target = execution.map(map);
        if (target == null) {
            return MapHelpers.closed(execution, map);
        }
        if (flags != 0 || !iterable(target)) {
            return Errno.EINVAL.negative();
        }
        final int keyLength = (target.spec().keySize() + 7) & ~7;
        final long key = execution.pushScratch(keyLength + EntryWalk.LENGTH);
        if (key == 0) {
            return 0;
        }
        EntryWalk.begin(key + keyLength);
        final long seen = visit(execution, target, function, context, key, key + keyLength);
        if (!execution.faulted()) {
            execution.popScratch(keyLength + EntryWalk.LENGTH);
        }
        return seen;
    }

    private static boolean iterable(final UserspaceMap map) {
        return switch (map.spec().type()) {
            case ARRAY, PERCPU_ARRAY, HASH, LRU_HASH, PERCPU_HASH, LRU_PERCPU_HASH -> true;
            default -> false;
        };
    }

    private static long visit(
            final Execution execution,
            final UserspaceMap map,
            final long function,
            final long context,
            final long key,
            final long walk) {
        long seen = 0;
        long value = EntryWalk.next(map, walk, execution.cpu(), key);
        while (value != 0) {
            seen++;
            final long answer = execution.call(function, map.handle(), key, value, context, 0);
            if (answer != 0 || execution.faulted()) {
                return seen;
            }
            value = EntryWalk.next(map, walk, execution.cpu(), key);
        }
        return seen;
    }

    /** {@code bpf_iter_num_new}; the state is the current number, then the end, 32 bits each. */
    static long numbersNew(
            final Execution execution,
            final long iterator,
            final long start,
            final long end,
            final long r4,
            final long r5) {
        final int from = (int) start;
        final int to = (int) end;
        NativeMemory.putLong(iterator, 0);
        if (from > to) {
            return Errno.EINVAL.negative();
        }
        if ((long) to - from > MAX_LOOPS) {
            return Errno.E2BIG.negative();
        }
        NativeMemory.putInt(iterator, from - 1);
        NativeMemory.putInt(iterator + 4, to);
        return 0;
    }

    /** {@code bpf_iter_num_next}: the address of the next number, or 0 after the last. */
    static long numbersNext(
            final Execution execution,
            final long iterator,
            final long r2,
            final long r3,
            final long r4,
            final long r5) {
        final int next = NativeMemory.getInt(iterator) + 1;
        if (next >= NativeMemory.getInt(iterator + 4)) {
            NativeMemory.putLong(iterator, 0);
            return 0;
        }
        NativeMemory.putInt(iterator, next);
        return iterator;
    }

    static long numbersDestroy(
            final Execution execution,
            final long iterator,
            final long r2,
            final long r3,
            final long r4,
            final long r5) {
        NativeMemory.putLong(iterator, 0);
        return 0;
    }
}
