package io.xdp4j.map;

import io.xdp4j.bpf.MapSpec;
import io.xdp4j.bpf.Program;
import io.xdp4j.bpf.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A map that {@code bpf_redirect_map} sends packets by: devmap, devmap hash, cpumap, xskmap.
 *
 * <p>An entry is read as one packed number, so that a reader never sees half of a change: the low 32 bits are the
 * interface index (devmaps), the queue's length (cpumap) or the socket's id (xskmap); then 31 bits of program id, 0 for
 * none. No entry is the number 0. Reading is wait-free, for any thread.
 *
 * <p>Where the kernel takes a program's file descriptor in a value, these maps take {@link Program#id()}.
 */
public abstract class RedirectMap extends UserspaceMap {

    /** {@code BPF_F_BROADCAST}: to every interface in the map. */
    public static final long BROADCAST = 1 << 3;

    /** {@code BPF_F_EXCLUDE_INGRESS}: but not to the one that the packet came from. */
    public static final long EXCLUDE_INGRESS = 1 << 4;

    /** Set in an entry that is there although its other bits may be 0; no part of the program id. */
    protected static final long PRESENT = Long.MIN_VALUE;

    /** The verdicts that flags may name for the case that the entry is not there. */
    private static final long ACTIONS = 3;

    private final long knownFlags;

    /** A map whose redirects know {@code ownFlags} besides the fallback verdict. */
    protected RedirectMap(final MapSpec spec, final MapContext context, final long ownFlags) {
        this.knownFlags = ACTIONS | ownFlags;
        super(spec, context);
    }

    /**
     * What {@code bpf_redirect_map} returns: {@link Verdict#REDIRECT} if the entry is there or the packet goes to all
     * entries, else the verdict in the low bits of {@code flags}; {@link Verdict#ABORTED} if the map does not know the flags.
     *
     * @return the verdict's number
     */
    public final int redirect(final int key, final long flags) {
        if ((flags & ~knownFlags) != 0) {
            return Verdict.ABORTED.ordinal();
        }
        return (flags & BROADCAST) != 0 || entry(key) != 0 ? Verdict.REDIRECT.ordinal() : (int) (flags & ACTIONS);
    }

    /** The key's packed entry, or 0. */
    public abstract long entry(int key);

    /** Positions that {@link #entryAt} may be asked for: what a broadcast goes through. */
    public abstract int positions();

    /** The packed entry at a position in {@code [0, positions())}, or 0. */
    public abstract long entryAt(int position);

    /** Interface index, queue length or socket id of a packed entry. */
    public static int target(final long entry) {
        return (int) entry;
    }

    /** Id of a packed entry's program, or 0. */
    public static int programId(final long entry) {
        return (int) (entry >>> 32) & Integer.MAX_VALUE;
    }

    /** The program to run on a packet that goes by this entry; null if it has none, or it was closed. */
    public final @Nullable Program program(final long entry) {
        final int program = programId(entry);
        return program == 0 ? null : context().programs().apply(program);
    }

    /** Packs an entry. */
    static long pack(final int target, final int programId) {
        return Integer.toUnsignedLong(target) | (long) programId << 32;
    }

    /** Whether a value's program field names a live program, or none. */
    final boolean knows(final int programId) {
        return programId <= 0 || context().programs().apply(programId) != null;
    }
}
