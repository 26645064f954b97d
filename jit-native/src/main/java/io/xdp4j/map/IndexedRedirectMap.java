package io.xdp4j.map;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.MapSpec;
import io.xdp4j.sys.NativeArea;
import io.xdp4j.sys.NativeMemory;

/**
 * A redirect map whose key is a slot's index. A slot is one packed entry, eight bytes, written in one store; what a
 * program's look-up answers is the slot's address, since the packed entry begins with the kernel's value.
 */
abstract class IndexedRedirectMap extends RedirectMap {

    private final NativeArea area;

    IndexedRedirectMap(final MapSpec spec, final MapContext context, final long ownFlags) {
        this.area = SpecRule.area(spec, 8L * spec.maxEntries());
        super(spec, context, ownFlags);
    }

    private long slot(final int index) {
        return area.address() + 8L * index;
    }

    final boolean inRange(final int index) {
        return Integer.compareUnsigned(index, spec().maxEntries()) < 0;
    }

    /** Puts what {@link RedirectMap#pack} made, or 0 to empty the slot. */
    final void set(final int index, final long entry) {
        NativeMemory.putLongRelease(slot(index), entry);
    }

    /** Puts {@code entry} if {@code expected} is there. */
    final boolean replace(final int index, final long expected, final long entry) {
        return NativeMemory.compareAndExchangeLong(slot(index), expected, entry) == expected;
    }

    @Override
    public final long entry(final int key) {
        return inRange(key) ? NativeMemory.getLongAcquire(slot(key)) : 0;
    }

    @Override
    public final int positions() {
        return spec().maxEntries();
    }

    @Override
    public final long entryAt(final int position) {
        return entry(position);
    }

    @Override
    public final long lookup(final long key, final int cpu) {
        final int index = NativeMemory.getInt(key);
        return entry(index) == 0 ? 0 : slot(index);
    }

    @Override
    public final int delete(final long key) {
        final int index = NativeMemory.getInt(key);
        if (!inRange(index)) {
            return Errno.EINVAL.negative();
        }
        set(index, 0);
        return 0;
    }

    @Override
    public final int nextKey(final long key, final long next) {
        final int index = key == 0 ? -1 : NativeMemory.getInt(key);
        if (index == spec().maxEntries() - 1) {
            return Errno.ENOENT.negative();
        }
        NativeMemory.putInt(next, inRange(index) ? index + 1 : 0);
        return 0;
    }

    @Override
    public final boolean owns(final long address, final int size) {
        final long offset = address - area.address();
        return offset >= 0 && offset < area.length() && (offset & 7) + size <= spec().valueSize();
    }

    @Override
    public final long entries() {
        long entries = 0;
        for (int index = 0; index < spec().maxEntries(); index++) {
            if (entry(index) != 0) {
                entries++;
            }
        }
        return entries;
    }

    @Override
    public final long memory() {
        return area.length();
    }

    @Override
    protected final void free() {
        area.close();
    }
}
