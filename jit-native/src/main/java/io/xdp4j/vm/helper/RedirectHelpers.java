package io.xdp4j.vm.helper;

import io.xdp4j.bpf.Errno;
import io.xdp4j.bpf.Verdict;
import io.xdp4j.map.RedirectMap;
import io.xdp4j.packet.Burst;
import io.xdp4j.packet.FrameLayout;
import io.xdp4j.sys.NativeMemory;
import io.xdp4j.vm.Execution;

/** Helpers about where a packet goes: {@code net/core/filter.c}, Linux 6.18. */
final class RedirectHelpers {

    /** All of {@code BPF_FIB_LOOKUP_DIRECT} to {@code BPF_FIB_LOOKUP_MARK}. */
    private static final int FIB_FLAGS = 0x3f;

    /** {@code sizeof(struct bpf_fib_lookup)}. */
    private static final int FIB_LENGTH = 64;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /** {@code BPF_MTU_CHK_RET_SUCCESS}, {@code BPF_MTU_CHK_RET_FRAG_NEEDED}. */
    private static final int MTU_OK = 0;

    private static final int MTU_FRAG_NEEDED = 1;

    private RedirectHelpers() {}

    static long redirect(
            final Execution execution,
            final long ifindex,
            final long flags,
            final long r3,
            final long r4,
            final long r5) {
        if (flags != 0) {
            return Verdict.ABORTED.ordinal();
        }
        target(execution, 0, (int) ifindex, 0);
        return Verdict.REDIRECT.ordinal();
    }

    /** The verdict; the low bits of the flags are the verdict if the map has no such entry. */
    static long redirectMap(
            final Execution execution, final long map, final long key, final long flags, final long r4, final long r5) {
        if (!(execution.map(map) instanceof final RedirectMap target)) {
            return execution.fault("redirect through a map that is no devmap, cpumap or xskmap", map, 0);
        }
        final int verdict = target.redirect((int) key, flags);
        final boolean broadcast = (flags & RedirectMap.BROADCAST) != 0;
        if (verdict != Verdict.REDIRECT.ordinal()) {
            target(execution, 0, 0, 0);
        } else if (broadcast) {
            target(execution, target.id(), -1, (int) (flags & (RedirectMap.BROADCAST | RedirectMap.EXCLUDE_INGRESS)));
        } else {
            target(execution, target.id(), (int) key, 0);
        }
        return verdict;
    }

    /** Remembers where the packet goes if the verdict is XDP_REDIRECT; the last call counts. */
    static void target(final Execution execution, final int map, final int index, final int flags) {
        final Burst burst = execution.burst();
        final int slot = execution.slot();
        burst.redirectMap[slot] = map;
        burst.redirectTarget[slot] = index;
        burst.redirectFlags[slot] = flags;
    }

    static long fibLookup(
            final Execution execution,
            final long ctx,
            final long parameters,
            final long length,
            final long flags,
            final long r5) {
        if ((int) length < FIB_LENGTH || ((int) flags & ~FIB_FLAGS) != 0) {
            return Errno.EINVAL.negative();
        }
        final int family = NativeMemory.getByte(parameters);
        if (family != AF_INET && family != AF_INET6) {
            return Errno.EAFNOSUPPORT.negative();
        }
        return execution.environment().fib().lookup(parameters, (int) length, (int) flags);
    }

    /** Counts the first frame alone, as the kernel does. */
    static long checkMtu(
            final Execution execution,
            final long ctx,
            final long ifindex,
            final long mtuLength,
            final long difference,
            final long flags) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        final Burst burst = execution.burst();
        final int slot = execution.slot();
        final int device = (int) ifindex == 0 ? burst.ingressIfindex[slot] : (int) ifindex;
        final int mtu = execution.environment().mtu().applyAsInt(device);
        if (mtu == 0) {
            return Errno.ENODEV.negative();
        }
        final int asked = NativeMemory.getInt(mtuLength);
        final int length = (asked == 0 ? burst.length[slot] : asked + FrameLayout.ETH_HLEN) + (int) difference;
        NativeMemory.putInt(mtuLength, mtu);
        return length > mtu + FrameLayout.ETH_HLEN ? MTU_FRAG_NEEDED : MTU_OK;
    }
}
