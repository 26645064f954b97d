package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.Program;
import io.xdp4j.sys.NativeMemory;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * {@code BPF_MAP_TYPE_PROG_ARRAY}: programs for tail calls. Java reads a slot as the program's id and fills it by an id or by
 * {@link #putProgram}; programs neither look up nor write. All programs in it have the type and the {@code xdp.frags} of
 * the first, as {@code bpf_prog_map_compatible} wants, Linux 6.18.
 */
final class ProgramArrayMap extends UserspaceMap implements ProgramArray {

    private final AtomicReferenceArray<@Nullable Program> slots;
    private @Nullable Program first;

    ProgramArrayMap(final MapSpec spec, final MapContext context) {
        SpecRule.someEntries(spec);
        SpecRule.keySize(spec, 4);
        SpecRule.valueSize(spec, 4, 4);
        SpecRule.flags(spec, SpecRule.NUMA_NODE | MapSpec.RDONLY | MapSpec.WRONLY);
        SpecRule.requireHeap(spec, 8L * spec.maxEntries());
        this.slots = new AtomicReferenceArray<>(spec.maxEntries());
        super(spec, context);
    }

    private boolean inRange(final int index) {
        return Integer.compareUnsigned(index, slots.length()) < 0;
    }

    @Override
    public @Nullable Program program(final int index) {
        return inRange(index) ? slots.getAcquire(index) : null;
    }

    @Override
    public int putProgram(final int index, final Program program) {
        return readOnly() ? Errno.EPERM.negative() : put(index, program);
    }

    private int put(final int index, final Program program) {
        if (!inRange(index)) {
            return Errno.E2BIG.negative();
        }
        if (!fits(program)) {
            return Errno.EINVAL.negative();
        }
        slots.setRelease(index, program);
        return 0;
    }

    private synchronized boolean fits(final Program program) {
        final Program model = first;
        if (model == null) {
            first = program;
            return true;
        }
        return model.spec().type() == program.spec().type()
                && model.spec().frags() == program.spec().frags();
    }

    @Override
    public long lookup(final long key, final int cpu) {
        return 0;
    }

    @Override
    public int update(final long key, final long value, final long flags, final int cpu) {
        return Errno.EINVAL.negative();
    }

    @Override
    public int delete(final long key) {
        final int index = NativeMemory.getInt(key);
        if (!inRange(index)) {
            return Errno.E2BIG.negative();
        }
        return slots.getAndSet(index, null) == null ? Errno.ENOENT.negative() : 0;
    }

    @Override
    public int nextKey(final long key, final long next) {
        return IndexKeys.next(key, next, slots.length());
    }

    @Override
    protected int readValue(final long key, final long value) {
        final Program program = program(NativeMemory.getInt(key));
        if (program == null) {
            return Errno.ENOENT.negative();
        }
        NativeMemory.putInt(value, program.id());
        return 0;
    }

    @Override
    protected int writeValue(final long key, final long value, final long flags) {
        if (flags != ANY) {
            return Errno.EINVAL.negative();
        }
        final int index = NativeMemory.getInt(key);
        if (!inRange(index)) {
            return Errno.E2BIG.negative();
        }
        final Program program = context().programs().apply(NativeMemory.getInt(value));
        return program == null ? Errno.EBADF.negative() : put(index, program);
    }

    @Override
    public boolean owns(final long address, final int size) {
        return false;
    }

    @Override
    public long entries() {
        long entries = 0;
        for (int i = 0; i < slots.length(); i++) {
            entries += slots.getAcquire(i) == null ? 0 : 1;
        }
        return entries;
    }

    @Override
    public long memory() {
        return 8L * slots.length();
    }

    @Override
    protected void free() {
        for (int i = 0; i < slots.length(); i++) {
            slots.setRelease(i, null);
        }
    }
}
